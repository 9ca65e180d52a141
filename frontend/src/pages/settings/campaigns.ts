// A campaign as its form holds it, and back.
import type { Campaign } from '@/api/types'

export interface CampaignDraft {
  key: number
  name: string
  suffix: string
  /** '' while nothing is typed */
  cost: number | ''
  currency: string
}

export function campaignOf({ name, suffix, cost, currency }: CampaignDraft): Campaign {
  return {
    name: name.trim(),
    suffix: suffix.trim(),
    cost: cost === '' ? null : cost,
    currency: currency.trim() ? currency.trim().toUpperCase() : null,
  }
}

/** The site's address with the campaign in it; what is there already stays. */
export function linkOf(site: string, suffix: string): string {
  try {
    const url = new URL(site)
    url.searchParams.set('campaign', suffix)
    return url.toString()
  } catch {
    return `?campaign=${encodeURIComponent(suffix)}`
  }
}
