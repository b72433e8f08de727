/** Which cap has no place left. */
export type CapScope = 'global' | 'campaign';

/** A counter as read under its lock. `cap` null: no cap. */
export interface LockedCounter {
  readonly cap: number | null;
  readonly used: number;
}

/**
 * The places of one local day while their counters are locked: hands them out one by one, in the caller's order.
 * A mail needs a place of the global cap and one of its campaign's cap, or gets neither.
 */
export class DayPlaces {
  private readonly takenByCampaign = new Map<number, number>();
  private takenGlobally = 0;

  constructor(
    /** `YYYY-MM-DD` in the service's time zone. */
    readonly day: string,
    /** Milliseconds to the day's end. */
    readonly endsInMs: number,
    private readonly global: LockedCounter,
    private readonly campaigns: ReadonlyMap<number, LockedCounter>,
  ) {}

  /** Takes both places of one mail, or says which cap is full. */
  take(campaignId: number): 'taken' | CapScope {
    const [full] = this.fullCaps(campaignId);
    if (full !== undefined) return full;
    this.takenGlobally += 1;
    this.takenByCampaign.set(campaignId, (this.takenByCampaign.get(campaignId) ?? 0) + 1);
    return 'taken';
  }

  /** The caps that leave no place for a mail of the campaign; none: {@link take} takes one. */
  fullCaps(campaignId: number): CapScope[] {
    const campaign = this.campaigns.get(campaignId);
    if (campaign === undefined) throw new Error(`The counter of campaign ${campaignId} is not locked`);
    const takenHere = this.takenByCampaign.get(campaignId) ?? 0;
    const full: CapScope[] = [];
    if (isFull(this.global, this.takenGlobally)) full.push('global');
    if (isFull(campaign, takenHere)) full.push('campaign');
    return full;
  }

  /** Takes back what {@link take} gave: the mail does not go after all. */
  putBack(campaignId: number): void {
    const takenHere = this.takenByCampaign.get(campaignId) ?? 0;
    if (takenHere === 0) throw new Error(`Campaign ${campaignId} has taken no place`);
    this.takenGlobally -= 1;
    this.takenByCampaign.set(campaignId, takenHere - 1);
  }

  /** Places taken so far: all of them, and by campaign. */
  get taken(): { readonly global: number; readonly byCampaign: ReadonlyMap<number, number> } {
    return { global: this.takenGlobally, byCampaign: this.takenByCampaign };
  }
}

function isFull(counter: LockedCounter, taken: number): boolean {
  return counter.cap !== null && counter.used + taken >= counter.cap;
}
