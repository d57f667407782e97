-- +goose Up
-- The newsroom: who wrote, reviewed and scheduled an article; its versions,
-- comments and doors; mass sends; the picture library; columns.
ALTER TABLE articles ADD COLUMN column_id VARCHAR(36) NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN version INT NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN author VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN editor_id VARCHAR(36) NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN reviewer_id VARCHAR(36) NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN reviewer VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN reason VARCHAR(1000) NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN scheduled_at DATETIME/*!(3)*/ NULL;
ALTER TABLE articles ADD COLUMN corrected_at DATETIME/*!(3)*/ NULL;
ALTER TABLE articles ADD COLUMN withdrawn_at DATETIME/*!(3)*/ NULL;
CREATE INDEX articles_column ON articles (column_id, state, published_at, id);

CREATE TABLE article_writers (
  article_id VARCHAR(36) NOT NULL,
  person_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (article_id, person_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE article_versions (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  article_id VARCHAR(36) NOT NULL,
  number INT NOT NULL,
  cause VARCHAR(16) NOT NULL,
  title VARCHAR(120) NOT NULL,
  digest VARCHAR(300) NOT NULL,
  body MEDIUMTEXT NOT NULL,
  byline VARCHAR(60) NOT NULL,
  cover_id VARCHAR(36) NOT NULL,
  author_id VARCHAR(36) NOT NULL,
  author VARCHAR(60) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX article_versions_number ON article_versions (article_id, number);

CREATE TABLE article_comments (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  article_id VARCHAR(36) NOT NULL,
  author_id VARCHAR(36) NOT NULL,
  author VARCHAR(60) NOT NULL,
  body VARCHAR(2000) NOT NULL,
  quote VARCHAR(500) NOT NULL,
  version INT NOT NULL,
  settled_by VARCHAR(60) NOT NULL,
  settled_at DATETIME/*!(3)*/ NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX article_comments_article ON article_comments (article_id, created_at);

-- Which pictures an article, in any of its versions, shows: they stay.
CREATE TABLE article_pictures (
  article_id VARCHAR(36) NOT NULL,
  picture_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (article_id, picture_id)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX article_pictures_picture ON article_pictures (picture_id);

-- A way out of the house for an article, with where it stands on it.
CREATE TABLE article_doors (
  article_id VARCHAR(36) NOT NULL,
  door VARCHAR(16) NOT NULL,
  wanted BOOLEAN NOT NULL,
  state VARCHAR(16) NOT NULL,
  step VARCHAR(16) NOT NULL,
  round INT NOT NULL,
  version INT NOT NULL,
  again BOOLEAN NOT NULL,
  draft_id VARCHAR(200) NOT NULL,
  job_id VARCHAR(64) NOT NULL,
  data_id VARCHAR(64) NOT NULL,
  remote_id VARCHAR(200) NOT NULL,
  once_id VARCHAR(32) NOT NULL,
  link VARCHAR(1000) NOT NULL,
  problem VARCHAR(1000) NOT NULL,
  asked_at DATETIME/*!(3)*/ NULL,
  opened_at DATETIME/*!(3)*/ NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (article_id, door)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX article_doors_job ON article_doors (job_id);
CREATE INDEX article_doors_draft ON article_doors (draft_id);
CREATE INDEX article_doors_state ON article_doors (door, state);

-- What WeChat has of our pictures, by account.
CREATE TABLE wechat_pictures (
  app_id VARCHAR(40) NOT NULL,
  picture_id VARCHAR(36) NOT NULL,
  purpose VARCHAR(16) NOT NULL,
  address VARCHAR(1000) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (app_id, picture_id, purpose)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE mass_sends (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  article_id VARCHAR(36) NOT NULL,
  state VARCHAR(16) NOT NULL,
  asked_by VARCHAR(36) NOT NULL,
  asker VARCHAR(60) NOT NULL,
  asked_at DATETIME/*!(3)*/ NOT NULL,
  confirmed_by VARCHAR(36) NOT NULL,
  confirmer VARCHAR(60) NOT NULL,
  confirmed_at DATETIME/*!(3)*/ NULL,
  ended_at DATETIME/*!(3)*/ NULL,
  reach INT NOT NULL,
  sent INT NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX mass_sends_article ON mass_sends (article_id, asked_at);
CREATE INDEX mass_sends_state ON mass_sends (state, confirmed_at);

CREATE TABLE library_pictures (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  picture_id VARCHAR(36) NOT NULL,
  caption VARCHAR(200) NOT NULL,
  source VARCHAR(200) NOT NULL,
  licence VARCHAR(200) NOT NULL,
  shows VARCHAR(500) NOT NULL,
  added_by VARCHAR(36) NOT NULL,
  adder VARCHAR(60) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX library_pictures_picture ON library_pictures (picture_id, area_id);
CREATE INDEX library_pictures_newest ON library_pictures (created_at, id);

CREATE TABLE article_columns (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX article_columns_name ON article_columns (name);
