package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errBusy says that every connection for writing was taken for too long.
var errBusy = errors.New("store: no connection to write on came free in time")

// lostRace reports whether the engine rolled the transaction back in favour of
// another one: MySQL 1213 (deadlock, and Galera's certification), 1205 (lock
// wait), TiDB 9007 (write conflict) and 8028 (schema changed meanwhile). It
// holds for an error of COMMIT too: with these the engine says for certain that
// nothing was committed.
func lostRace(err error) bool {
	m, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && slices.Contains([]uint16{1213, 1205, 9007, 8028}, m.Number)
}

// away are the numbers by which a server of the MySQL family says that it does
// not serve now: out of space, of memory or of connections, shutting down, read
// only, or outside its cluster. The last rows are TiDB's.
var away = []uint16{
	1021, 1114, 1037, 1038, 1041, 1040, 1203, 1226, 1053, 1077, 1079, 1290, 1836, 1792, 1927, 3100, 1047,
	1152, 1158, 1159, 1160, 1161,
	8022, 8027, 9001, 9002, 9003, 9004, 9005, 9010,
}

// Unavailable reports whether err says that the database cannot be reached or
// does not serve now, or that the disk is full, as opposed to having refused this statement: it may be
// asked again later. What was being committed may have been committed.
func Unavailable(err error) bool {
	for _, gone := range []error{driver.ErrBadConn, mysql.ErrInvalidConn, mysql.ErrPktSync, sql.ErrConnDone, errBusy} {
		if errors.Is(err, gone) {
			return true
		}
	}
	if m, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return slices.Contains(away, m.Number) || lostRace(m) || strings.Contains(m.Message, "No space left on device")
	}
	if s, ok := errors.AsType[*sqlite.Error](err); ok {
		return slices.Contains([]int{sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}, s.Code()&0xff)
	}
	return cutOff(err) && !errors.Is(err, context.Canceled)
}

// cutOff reports whether the network or the disk let us down: no answer in time,
// nobody there, no room.
func cutOff(err error) bool {
	for _, known := range []error{
		context.DeadlineExceeded, os.ErrDeadlineExceeded, syscall.ENOSPC, syscall.EDQUOT,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	_, isNet := errors.AsType[*net.OpError](err)
	_, isName := errors.AsType[*net.DNSError](err)
	return isNet || isName
}

// lockedFile reports whether another program holds the SQLite file.
func lockedFile(err error) bool {
	s, ok := errors.AsType[*sqlite.Error](err)
	return ok && s.Code()&0xff == sqlite3.SQLITE_BUSY
}
