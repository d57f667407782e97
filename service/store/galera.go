package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// join finds out whether the server is a node of a Galera cluster. On one it
// makes the node apply first what other nodes committed, so that who wrote
// through one replica reads it through the other.
func (s *session) join(ctx context.Context) (err error) {
	if s.clustered, err = s.inCluster(ctx); err != nil || !s.clustered {
		return err
	}
	_, err = s.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 1", nil)
	return err //nolint:wrapcheck // database/sql looks for the driver's own errors
}

// inCluster asks by SHOW, which a node answers also when it does not serve.
func (s *session) inCluster(ctx context.Context) (bool, error) {
	rows, err := s.QueryContext(ctx, "SHOW VARIABLES LIKE 'wsrep_on'", nil)
	if err != nil {
		return false, err //nolint:wrapcheck // database/sql looks for the driver's own errors
	}
	row := make([]driver.Value, len(rows.Columns()))
	switch err := rows.Next(row); {
	case errors.Is(err, io.EOF):
		return false, rows.Close() //nolint:wrapcheck // as above
	case err != nil:
		return false, errors.Join(err, rows.Close())
	}
	value := row[len(row)-1]
	if text, ok := value.([]byte); ok {
		value = string(text)
	}
	return value == "ON", rows.Close() //nolint:wrapcheck // as above
}

// PrepareContext prepares a statement. On a node of a Galera cluster it is only
// remembered, and sent as text each time: MariaDB (10.11.19 for one) may keep it
// from who runs a prepared statement that the transaction it is part of was just
// rolled back for another node's. What follows is then committed by itself, and
// COMMIT says that all went well (docs/adr/0019).
func (s *session) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if s.clustered {
		return &spoken{by: s, query: query}, nil
	}
	return s.line.PrepareContext(ctx, query) //nolint:wrapcheck // database/sql looks for the driver's own errors
}

// spoken is a statement that is sent as text.
type spoken struct {
	by    *session
	query string
}

// errPrepared says that something asks for a statement the old way.
var errPrepared = errors.New("store: a statement needs a context")

// unsaid explains why a statement cannot be sent as text.
func (s *spoken) unsaid(err error) error {
	if errors.Is(err, driver.ErrSkip) {
		return fmt.Errorf("store: a statement on a cluster cannot be written with its values: %s", s.query)
	}
	return err
}

// ExecContext is asked by database/sql.
func (s *spoken) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.by.ExecContext(ctx, s.query, args)
	return result, s.unsaid(err)
}

// QueryContext is asked by database/sql.
func (s *spoken) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.by.QueryContext(ctx, s.query, args)
	return rows, s.unsaid(err)
}

// NumInput leaves it to the server to count.
func (s *spoken) NumInput() int { return -1 }

// Close has nothing to close.
func (s *spoken) Close() error { return nil }

// Exec is not asked, as there is ExecContext.
func (s *spoken) Exec([]driver.Value) (driver.Result, error) { return nil, errPrepared }

// Query is not asked, as there is QueryContext.
func (s *spoken) Query([]driver.Value) (driver.Rows, error) { return nil, errPrepared }
