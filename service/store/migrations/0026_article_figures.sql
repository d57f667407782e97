-- +goose Up
-- What came of an article behind a door at WeChat, until the end of each day.
CREATE TABLE article_figures (
  article_id VARCHAR(36) NOT NULL,
  door VARCHAR(16) NOT NULL,
  day VARCHAR(10) NOT NULL,
  readers INT NOT NULL,
  sharers INT NOT NULL,
  likes INT NOT NULL,
  hearts INT NOT NULL,
  comments INT NOT NULL,
  keepers INT NOT NULL,
  fetched_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (article_id, door, day)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
