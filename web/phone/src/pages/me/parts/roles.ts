// What people are called by the roles they have.
const names: Record<string, string> = {
  member: '党员',
  representative: '党代表',
  unit_officer: '承办单位经办人',
  liaison_officer: '联络办',
  publicity_officer: '宣传',
  organisation_officer: '组织部门',
  guardian: '权利保障受理人',
  auditor: '审计',
  administrator: '系统管理员',
}

/** The names of the roles, each once; a resident is everybody and has none. */
export function roleNames(roles: readonly { readonly role: string }[]): string[] {
  return [...new Set(roles.map((r) => names[r.role] ?? '').filter((name) => name !== ''))]
}
