import { get, post } from '@/api/client'
import type { AppConfig, ConfigVersion, MemberList } from '@/api/types'

const path = (app: string): string => `/api/apps/${encodeURIComponent(app)}`

export interface History {
  versions: ConfigVersion[]
  /** of those who still share the app, by id */
  names: Map<string, string>
}

export async function loadHistory(app: string): Promise<History> {
  const [history, list] = await Promise.all([
    get<{ versions: ConfigVersion[] }>(`${path(app)}/config/versions`),
    get<MemberList>(`${path(app)}/members`),
  ])
  return { versions: history.versions, names: new Map(list.members.map((one) => [one.user, one.name])) }
}

export const restore = (app: string, version: number): Promise<AppConfig> =>
  post<AppConfig>(`${path(app)}/config/versions/${version}/restore`)
