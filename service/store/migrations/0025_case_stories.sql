-- +goose Up
-- Case stories: one for a message at most, with each consent by person and channel.
CREATE TABLE case_stories (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  message_id VARCHAR(36) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  topic_id VARCHAR(36) NOT NULL,
  representative_id VARCHAR(36) NOT NULL,
  article_id VARCHAR(36) NOT NULL,
  state VARCHAR(16) NOT NULL,
  begun_by VARCHAR(36) NOT NULL,
  beginner VARCHAR(60) NOT NULL,
  checked VARCHAR(64) NOT NULL,
  checker VARCHAR(60) NOT NULL,
  shown VARCHAR(64) NOT NULL,
  shown_version INT NOT NULL,
  agreed VARCHAR(64) NOT NULL,
  wish VARCHAR(2000) NOT NULL,
  reason VARCHAR(1000) NOT NULL,
  due_at DATETIME/*!(3)*/ NULL,
  taken_down_at DATETIME/*!(3)*/ NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX case_stories_message ON case_stories (message_id);
CREATE INDEX case_stories_article ON case_stories (article_id);
CREATE INDEX case_stories_due ON case_stories (state, due_at);
CREATE INDEX case_stories_newest ON case_stories (created_at, id);

CREATE TABLE story_consents (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  story_id VARCHAR(36) NOT NULL,
  party VARCHAR(16) NOT NULL,
  person_id VARCHAR(36) NOT NULL,
  name VARCHAR(60) NOT NULL,
  channel VARCHAR(20) NOT NULL,
  state VARCHAR(16) NOT NULL,
  wording VARCHAR(32) NOT NULL,
  evidence VARCHAR(300) NOT NULL,
  asked_at DATETIME/*!(3)*/ NOT NULL,
  answered_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX story_consents_once ON story_consents (story_id, party, person_id, name, channel);
CREATE INDEX story_consents_person ON story_consents (person_id, story_id);
