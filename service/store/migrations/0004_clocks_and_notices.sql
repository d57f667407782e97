-- +goose Up
-- Deadlines and the calendar; notices and the ledger of grants; the outbox,
-- leases, what WeChat pushed to us, and the tokens all replicas share.
CREATE TABLE deadlines (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  kind VARCHAR(20) NOT NULL,
  target_kind VARCHAR(20) NOT NULL,
  target_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  state VARCHAR(16) NOT NULL,
  started_at DATETIME/*!(3)*/ NOT NULL,
  due_at DATETIME/*!(3)*/ NOT NULL,
  next_at DATETIME/*!(3)*/ NULL,
  step INT NOT NULL,
  extended INT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  paused_at DATETIME/*!(3)*/ NULL,
  ended_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX deadlines_next ON deadlines (state, next_at);
CREATE INDEX deadlines_target ON deadlines (target_id, state);

CREATE TABLE deadline_policies (
  area_id VARCHAR(36) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  days INT NOT NULL,
  count VARCHAR(16) NOT NULL,
  max_extend INT NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (area_id, kind)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE calendar_days (
  day VARCHAR(10) NOT NULL PRIMARY KEY,
  working BOOLEAN NOT NULL,
  name VARCHAR(30) NOT NULL,
  provisional BOOLEAN NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE notices (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  happening VARCHAR(120) NOT NULL,
  template VARCHAR(16) NOT NULL,
  title VARCHAR(60) NOT NULL,
  body VARCHAR(500) NOT NULL,
  hint VARCHAR(40) NOT NULL,
  link VARCHAR(200) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  thing VARCHAR(60) NOT NULL,
  phrase VARCHAR(20) NOT NULL,
  name VARCHAR(60) NOT NULL,
  due_at DATETIME/*!(3)*/ NULL,
  state VARCHAR(16) NOT NULL,
  channel VARCHAR(16) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  pushed_at DATETIME/*!(3)*/ NULL,
  read_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX notices_once ON notices (person_id, happening);
CREATE INDEX notices_inbox ON notices (person_id, created_at, id);
CREATE INDEX notices_digest ON notices (state, person_id);

CREATE TABLE notice_grants (
  person_id VARCHAR(36) NOT NULL,
  template_id VARCHAR(64) NOT NULL,
  remaining INT NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (person_id, template_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE tasks (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  kind VARCHAR(32) NOT NULL,
  dedupe_key VARCHAR(160) NOT NULL,
  payload MEDIUMTEXT NOT NULL,
  state VARCHAR(16) NOT NULL,
  run_at DATETIME/*!(3)*/ NOT NULL,
  attempts INT NOT NULL,
  owner VARCHAR(64) NOT NULL,
  lease_until DATETIME/*!(3)*/ NULL,
  last_error VARCHAR(500) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  ended_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX tasks_once ON tasks (kind, dedupe_key);
CREATE INDEX tasks_ready ON tasks (state, run_at);

CREATE TABLE leases (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  owner VARCHAR(64) NOT NULL,
  `until` DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE inbounds (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  account VARCHAR(16) NOT NULL,
  dedupe_key VARCHAR(160) NOT NULL,
  payload MEDIUMTEXT NOT NULL,
  received_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX inbounds_once ON inbounds (account, dedupe_key);
CREATE INDEX inbounds_received ON inbounds (received_at);

CREATE TABLE wechat_tokens (
  app_id VARCHAR(64) NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
