-- +goose Up
-- Where people live, who serves them, and where representatives receive them.
CREATE TABLE areas (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  parent_id VARCHAR(36) NOT NULL,
  level VARCHAR(16) NOT NULL,
  name VARCHAR(60) NOT NULL,
  pinyin VARCHAR(120) NOT NULL,
  initials VARCHAR(60) NOT NULL,
  path VARCHAR(255) NOT NULL,
  sort INT NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX areas_parent ON areas (parent_id, sort);
CREATE INDEX areas_path ON areas (path);

CREATE TABLE area_addresses (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  area_id VARCHAR(36) NOT NULL,
  road VARCHAR(60) NOT NULL,
  from_number INT NOT NULL,
  to_number INT NOT NULL,
  parity INT NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX area_addresses_road ON area_addresses (road);

CREATE TABLE organisations (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  parent_id VARCHAR(36) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  name VARCHAR(120) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE electing_units (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  area_id VARCHAR(36) NOT NULL,
  organisation_id VARCHAR(36) NOT NULL,
  name VARCHAR(120) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE terms (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  starts_on VARCHAR(10) NOT NULL,
  ends_on VARCHAR(10) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE delegations (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  term_id VARCHAR(36) NOT NULL,
  name VARCHAR(60) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE topics (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(30) NOT NULL,
  sort INT NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE units (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  name VARCHAR(120) NOT NULL,
  duty VARCHAR(500) NOT NULL,
  office_line VARCHAR(32) NOT NULL,
  active BOOLEAN NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE studios (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  name VARCHAR(120) NOT NULL,
  address VARCHAR(200) NOT NULL,
  office_line VARCHAR(32) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE studio_hours (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  studio_id VARCHAR(36) NOT NULL,
  weekday INT NOT NULL,
  opens VARCHAR(5) NOT NULL,
  closes VARCHAR(5) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX studio_hours_studio ON studio_hours (studio_id);

CREATE TABLE studio_duties (
  studio_id VARCHAR(36) NOT NULL,
  weekday INT NOT NULL,
  representative_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (studio_id, weekday, representative_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE representatives (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  term_id VARCHAR(36) NOT NULL,
  delegation_id VARCHAR(36) NOT NULL,
  electing_unit_id VARCHAR(36) NOT NULL,
  studio_id VARCHAR(36) NOT NULL,
  name VARCHAR(60) NOT NULL,
  pinyin VARCHAR(120) NOT NULL,
  initials VARCHAR(60) NOT NULL,
  search_keys VARCHAR(1000) NOT NULL,
  sex VARCHAR(8) NOT NULL,
  birth_year INT NOT NULL,
  composition VARCHAR(16) NOT NULL,
  field VARCHAR(60) NOT NULL,
  post VARCHAR(120) NOT NULL,
  employer VARCHAR(120) NOT NULL,
  introduction VARCHAR(2000) NOT NULL,
  office_line VARCHAR(32) NOT NULL,
  picture_id VARCHAR(36) NOT NULL,
  state VARCHAR(16) NOT NULL,
  away_until VARCHAR(10) NOT NULL,
  away_note VARCHAR(200) NOT NULL,
  message_cap INT NOT NULL,
  daily_digest BOOLEAN NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX representatives_name ON representatives (pinyin, id);
CREATE INDEX representatives_person ON representatives (person_id);
CREATE INDEX representatives_unit ON representatives (electing_unit_id);

CREATE TABLE representative_areas (
  representative_id VARCHAR(36) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (representative_id, area_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX representative_areas_area ON representative_areas (area_id);

CREATE TABLE representative_topics (
  representative_id VARCHAR(36) NOT NULL,
  topic_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (representative_id, topic_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX representative_topics_topic ON representative_topics (topic_id);

CREATE TABLE reply_templates (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  representative_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  topic_id VARCHAR(36) NOT NULL,
  title VARCHAR(60) NOT NULL,
  body TEXT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX reply_templates_owner ON reply_templates (representative_id);

CREATE TABLE scenes (
  code VARCHAR(32) NOT NULL PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  target_id VARCHAR(36) NOT NULL,
  scans INT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX scenes_target ON scenes (kind, target_id);

CREATE TABLE articles (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  title VARCHAR(120) NOT NULL,
  digest VARCHAR(300) NOT NULL,
  body MEDIUMTEXT NOT NULL,
  cover_id VARCHAR(36) NOT NULL,
  byline VARCHAR(60) NOT NULL,
  state VARCHAR(16) NOT NULL,
  author_id VARCHAR(36) NOT NULL,
  correction VARCHAR(1000) NOT NULL,
  published_at DATETIME/*!(3)*/ NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX articles_public ON articles (state, published_at, id);

CREATE TABLE article_representatives (
  article_id VARCHAR(36) NOT NULL,
  representative_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (article_id, representative_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX article_representatives_who ON article_representatives (representative_id);
