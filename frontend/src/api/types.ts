// The names this app gives to the edge's types. `schema.ts` is generated (`npm run types`), never edited.
import type { components } from './schema'

type Schemas = components['schemas']

export type User = Schemas['User']
export type Login = Schemas['Login']
export type Registration = Schemas['Registration']
export type App = Schemas['App']
export type AppCreate = Schemas['AppCreate']
export type ConfigVersion = Schemas['ConfigVersion']
export type IssuedToken = Schemas['Issued']
export type AppUpdate = Schemas['AppUpdate']
export type AppToken = Schemas['AppToken']
export type Stage = Schemas['Stage']
export type Funnel = Required<Schemas['Funnel']>
export type Button = Schemas['Button']
export type Campaign = Schemas['Campaign']
export type Capture = Required<Schemas['Capture']>
export type Own = Required<Schemas['Own']>
export type AppConfig = Omit<Required<Schemas['AppConfig']>, 'funnel' | 'capture' | 'own'> & {
  funnel: Funnel
  capture: Capture
  own: Own
}
export type Overview = Schemas['Overview']
export type OverviewTotals = Schemas['OverviewTotals']
export type OverviewPoint = Schemas['OverviewPoint']
export type FunnelReport = Omit<Schemas['FunnelReport'], 'funnel'> & { funnel: Funnel }
export type FunnelStage = Schemas['FunnelStage']
export type ButtonsReport = Schemas['ButtonsReport']
export type ButtonReport = Schemas['ButtonReport']
export type Times = Schemas['Times']
export type Bucket = Schemas['Bucket']
export type Notification = Schemas['Notification']
export type AuditEntry = Schemas['AuditEntry']
export type AuditPage = Schemas['AuditPage']
export type AuditNames = Schemas['AuditNames']
export type Member = Schemas['Member']
export type MemberList = Schemas['MemberList']
export type PendingInvite = Schemas['PendingInvite']
export type LogInSession = Schemas['LogInSession']
export type TotpStanding = Schemas['TotpStanding']
export type TotpOffer = Schemas['TotpOffer']
export type RecoveryCodes = Schemas['RecoveryCodes']
export type ApiKey = Schemas['ApiKey']
export type ApiKeyCreate = Schemas['ApiKeyCreate']
export type NewApiKey = Schemas['NewApiKey']
export type JoinLink = Schemas['JoinLink']
export type JoinLinkCreate = Schemas['JoinLinkCreate']
export type MadeJoinLink = Schemas['MadeJoinLink']
export type JoinOffer = Schemas['JoinOffer']
export type LiveTicket = Schemas['LiveTicket']
