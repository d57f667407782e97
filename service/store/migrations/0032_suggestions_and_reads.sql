-- +goose Up
-- What people say about the app itself, with the answer.
CREATE TABLE app_suggestions (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  body VARCHAR(2000) NOT NULL,
  reply VARCHAR(4000) NOT NULL,
  replier_id VARCHAR(36) NOT NULL,
  replier VARCHAR(60) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  replied_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX app_suggestions_person ON app_suggestions (person_id, created_at, id);
CREATE INDEX app_suggestions_state ON app_suggestions (state, created_at, id, area_path);
CREATE INDEX app_suggestions_replied ON app_suggestions (replied_at);

-- How many people opened an article in our feed on a day, and from where.
CREATE TABLE article_reads (
  article_id VARCHAR(36) NOT NULL,
  day VARCHAR(10) NOT NULL,
  origin VARCHAR(16) NOT NULL,
  readers INT NOT NULL,
  PRIMARY KEY (article_id, day, origin)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- That a phone was counted for an article today; it tells of no other article,
-- day or person.
CREATE TABLE read_marks (
  article_id VARCHAR(36) NOT NULL,
  day VARCHAR(10) NOT NULL,
  mark VARCHAR(64) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (article_id, day, mark)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX read_marks_age ON read_marks (created_at);
