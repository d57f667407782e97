package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// bare is the yardstick that a competent engineer would write who has nothing
// to mind but these routes: a Gin handler, database/sql, prepared statements,
// one question where one will do. Its pools and settings are those of
// service/store, so that the difference is the house and not the database.
type bare struct {
	read, write *sql.DB
	statements  map[string]*sql.Stmt
	lite        bool
}

func openBare(ctx context.Context, database string) (*bare, error) {
	kind, dsn, _ := strings.Cut(database, ":")
	b := &bare{statements: map[string]*sql.Stmt{}, lite: kind == "sqlite"}
	var err error
	if b.lite {
		base := "file:" + dsn + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_time_format=sqlite"
		b.write, err = pool("sqlite", base+"&_txlock=immediate", 1)
		if err == nil {
			b.read, err = pool("sqlite", base+"&_pragma=query_only(1)", max(2, runtime.NumCPU()))
		}
	} else {
		b.write, err = pool("mysql", dsn+"?parseTime=true&loc=UTC&interpolateParams=true&clientFoundRows=true&collation=utf8mb4_bin", 32)
		b.read = b.write
	}
	if err != nil {
		return nil, err
	}
	return b, b.prepare(ctx)
}

func pool(driver, dsn string, conns int) (*sql.DB, error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

func (b *bare) close() error {
	var all []error
	for _, s := range b.statements {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, b.read.Close(), b.write.Close())...)
}

// prepare prepares what is asked often. What writes is prepared on the writer.
func (b *bare) prepare(ctx context.Context) error {
	for name, statement := range map[string]string{
		"session": `SELECT s.person_id, p.name FROM sessions s JOIN people p ON p.id = s.person_id
			WHERE s.token_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ?`,
		"seat": `SELECT s.person_id, p.name, g.representative_id, g.area_path FROM sessions s JOIN people p ON p.id = s.person_id
			JOIN grants g ON g.person_id = s.person_id WHERE s.token_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ?`,
		"path": "SELECT path FROM areas WHERE id = ?",
		"near": cardColumns + `JOIN (SELECT representative_id, MIN(CASE area_id WHEN ? THEN 0 WHEN ? THEN 2 ELSE 3 END) AS near
			FROM representative_areas WHERE area_id IN (?, ?, ?) GROUP BY representative_id) n ON n.representative_id = r.id
			WHERE r.state = 'serving' ORDER BY n.near, r.pinyin, r.id LIMIT 21`,
		"named":  cardColumns + "JOIN (SELECT 0 AS near) n ON 1 = 1 WHERE r.state = 'serving' AND (r.name LIKE ? OR r.search_keys LIKE ? OR r.search_keys LIKE ?) ORDER BY r.pinyin, r.id LIMIT 21",
		"one":    cardColumns + "JOIN (SELECT 0 AS near) n ON 1 = 1 WHERE r.state = 'serving' AND r.id = ?",
		"studio": "SELECT id, name, address, office_line FROM studios WHERE id = ?",
		"hours":  "SELECT weekday, opens, closes FROM studio_hours WHERE studio_id = ? ORDER BY weekday, opens, id",
		"about": articleColumns + `WHERE state IN ('live', 'corrected') AND id IN (SELECT article_id FROM article_representatives WHERE representative_id = ?)
			ORDER BY published_at DESC, id DESC LIMIT 5`,
		"figures":  "SELECT delivered_at, acknowledged_at, answered_at FROM messages WHERE representative_id = ? AND delivered_at IS NOT NULL",
		"articles": articleColumns + "WHERE state IN ('live', 'corrected') ORDER BY published_at DESC, id DESC LIMIT 21",
		"mine":     listOf("resident_id = ? OR writer_id = ?"),
		"inbox":    listOf("holder_id = ? AND delivered_at IS NOT NULL"),
	} {
		if err := b.keep(ctx, b.read, name, statement); err != nil {
			return err
		}
	}
	for name, statement := range sendStatements {
		if err := b.keep(ctx, b.write, name, statement); err != nil {
			return err
		}
	}
	for which, narrow := range narrowings {
		if err := b.keep(ctx, b.read, "queue "+string(which), listOf("area_path >= ? AND area_path < ?"+narrow)); err != nil {
			return err
		}
	}
	return nil
}

// keep prepares a statement until the end.
func (b *bare) keep(ctx context.Context, on *sql.DB, name, statement string) (err error) {
	if b.statements[name], err = on.PrepareContext(ctx, statement); err != nil { //nolint:sqlclosecheck // close closes them all
		return fmt.Errorf("%s：%w", name, err)
	}
	return nil
}

func (b *bare) query(ctx context.Context, name string, args ...any) (*sql.Rows, error) {
	return b.statements[name].QueryContext(ctx, args...)
}

func (b *bare) mount(router *gin.Engine) {
	router.GET("/api/v1/representatives", b.give(b.representatives))
	router.GET("/api/v1/representatives/:id", b.give(b.representative))
	router.GET("/api/v1/articles", b.give(b.articles))
	router.GET("/api/v1/messages", b.give(b.mine))
	router.GET("/api/v1/representative/messages", b.give(b.inbox))
	router.GET("/api/v1/staff/messages", b.give(b.queue))
	router.POST("/api/v1/messages", b.send)
}

// give answers with what a handler found.
func (b *bare) give(find func(c *gin.Context) (any, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		found, err := find(c)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			c.Status(http.StatusUnauthorized)
		case err != nil:
			c.String(http.StatusInternalServerError, err.Error())
		default:
			c.JSON(http.StatusOK, found)
		}
	}
}

// asker is who asks, by one indexed question.
type asker struct{ personID, name, seat, areaPath string }

func (b *bare) who(c *gin.Context, statement string) (a asker, err error) {
	token := strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer ")
	row := b.statements[statement].QueryRowContext(c.Request.Context(), hashed(token), time.Now().UTC())
	if statement == "session" {
		return a, row.Scan(&a.personID, &a.name)
	}
	return a, row.Scan(&a.personID, &a.name, &a.seat, &a.areaPath)
}
