import { get, put } from '@/api/client'
import type { AppConfig, Button, Campaign, Capture, Funnel, Own } from '@/api/types'

const path = (app: string): string => `/api/apps/${encodeURIComponent(app)}/config`

export const loadConfig = (app: string): Promise<AppConfig> => get<AppConfig>(path(app))
export const putFunnel = (app: string, funnel: Funnel): Promise<AppConfig> => put<AppConfig>(`${path(app)}/funnel`, funnel)
export const putButtons = (app: string, buttons: Button[]): Promise<AppConfig> =>
  put<AppConfig>(`${path(app)}/buttons`, { buttons })
export const putCampaigns = (app: string, campaigns: Campaign[]): Promise<AppConfig> =>
  put<AppConfig>(`${path(app)}/campaigns`, { campaigns })
export const putCapture = (app: string, capture: Capture): Promise<AppConfig> => put<AppConfig>(`${path(app)}/capture`, capture)
export const putOwn = (app: string, own: Own): Promise<AppConfig> => put<AppConfig>(`${path(app)}/own`, own)
