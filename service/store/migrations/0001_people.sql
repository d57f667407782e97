-- +goose Up
-- People, how they are known to WeChat, their sessions, roles and consents; the
-- audit log; idempotency keys. Version comments hold what only the MySQL family
-- needs, so that one text serves every engine (docs/adr/0002).
CREATE TABLE people (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  phone VARCHAR(32) NOT NULL,
  shadow BOOLEAN NOT NULL,
  unreachable_since DATETIME/*!(3)*/ NULL,
  last_visit_at DATETIME/*!(3)*/ NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX people_phone ON people (phone);

CREATE TABLE wechat_identities (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  account VARCHAR(16) NOT NULL,
  open_id VARCHAR(64) NOT NULL,
  union_id VARCHAR(64) NOT NULL,
  following BOOLEAN NOT NULL,
  last_inbound_at DATETIME/*!(3)*/ NULL,
  last_visit_at DATETIME/*!(3)*/ NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX wechat_identities_openid ON wechat_identities (account, open_id);
CREATE INDEX wechat_identities_person ON wechat_identities (person_id, account);
CREATE INDEX wechat_identities_union ON wechat_identities (union_id);

CREATE TABLE sessions (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  refresh_hash VARCHAR(64) NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL,
  refresh_expires_at DATETIME/*!(3)*/ NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  revoked_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE UNIQUE INDEX sessions_refresh ON sessions (refresh_hash);
CREATE INDEX sessions_person ON sessions (person_id);

CREATE TABLE staff_accounts (
  person_id VARCHAR(36) NOT NULL PRIMARY KEY,
  login VARCHAR(64) NOT NULL,
  password_hash VARCHAR(255) NOT NULL,
  failed_count INT NOT NULL,
  locked_until DATETIME/*!(3)*/ NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  disabled_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX staff_accounts_login ON staff_accounts (login);

CREATE TABLE grants (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  role VARCHAR(32) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  unit_id VARCHAR(36) NOT NULL,
  representative_id VARCHAR(36) NOT NULL,
  granted_by VARCHAR(36) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX grants_once ON grants (person_id, role, area_id, unit_id, representative_id);
CREATE INDEX grants_role ON grants (role, area_path);
CREATE INDEX grants_unit ON grants (unit_id);
CREATE INDEX grants_representative ON grants (representative_id);

CREATE TABLE invitations (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  kind VARCHAR(32) NOT NULL,
  target_id VARCHAR(36) NOT NULL,
  code_hash VARCHAR(64) NOT NULL,
  issued_by VARCHAR(36) NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL,
  accepted_at DATETIME/*!(3)*/ NULL,
  accepted_by VARCHAR(36) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX invitations_code ON invitations (code_hash);
CREATE INDEX invitations_target ON invitations (target_id);

CREATE TABLE consents (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  purpose VARCHAR(32) NOT NULL,
  target_id VARCHAR(36) NOT NULL,
  wording VARCHAR(32) NOT NULL,
  given BOOLEAN NOT NULL,
  at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX consents_person ON consents (person_id, purpose, target_id, at);

CREATE TABLE idempotency_keys (
  person_id VARCHAR(36) NOT NULL,
  value VARCHAR(64) NOT NULL,
  fingerprint VARCHAR(64) NOT NULL,
  status INT NOT NULL,
  answer MEDIUMTEXT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (person_id, value)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE audit_lines (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  at DATETIME/*!(3)*/ NOT NULL,
  actor_id VARCHAR(36) NOT NULL,
  actor VARCHAR(60) NOT NULL,
  action VARCHAR(48) NOT NULL,
  target_kind VARCHAR(32) NOT NULL,
  target_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  detail TEXT NOT NULL,
  request_id VARCHAR(64) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX audit_lines_at ON audit_lines (at, id);
CREATE INDEX audit_lines_target ON audit_lines (target_id, at);
