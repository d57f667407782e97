package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// origin reads scheme and host of an address on the web. Whether it must be
// https or near depends on what it is for; see rules.
func origin() form[string] {
	wrong := errors.New("应写成 https://域名，后面不带路径")
	return form[string]{
		parse: func(s string) (string, error) {
			u, err := url.Parse(s)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
				return "", wrong
			}
			if strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
				return "", wrong
			}
			return u.Scheme + "://" + strings.ToLower(u.Host), nil
		},
		show: asIs,
	}
}

// nearby says whether the origin is on this machine.
func nearby(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	host := u.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func database() form[Database] {
	return form[Database]{
		parse: func(s string) (Database, error) {
			kind, dsn, ok := strings.Cut(s, ":")
			switch {
			case ok && DatabaseKind(kind) == SQLite:
				return Database{Kind: SQLite, DSN: Secret(dsn)}, checkSQLite(dsn)
			case ok && DatabaseKind(kind) == MySQL:
				return Database{Kind: MySQL, DSN: Secret(dsn)}, checkMySQL(dsn)
			}
			return Database{}, errors.New("应以 sqlite: 或 mysql: 开头")
		},
		show: showDatabase,
	}
}

func checkSQLite(path string) error {
	if path == "" || strings.HasSuffix(path, "/") {
		return errors.New("sqlite: 后面应是数据库文件的路径")
	}
	if strings.Contains(path, ":memory:") || strings.Contains(path, "mode=memory") {
		return errors.New("内存数据库一停就什么都没有了，请写文件路径")
	}
	return nil
}

// checkMySQL looks at a DSN only as far as to tell people what they forgot;
// the driver reads it.
func checkMySQL(dsn string) error {
	login, host, name, ok := splitMySQL(dsn)
	if !ok {
		return errors.New("mysql: 后面应写成 用户:密码@tcp(主机:3306)/库名")
	}
	if user, _, _ := strings.Cut(login, ":"); user == "" {
		return errors.New("mysql: 后面缺用户名，应写成 用户:密码@tcp(主机:3306)/库名")
	}
	if name == "" {
		return errors.New("末尾缺库名，应写成 用户:密码@tcp(主机:3306)/库名")
	}
	network, where, ok := strings.Cut(strings.TrimSuffix(host, ")"), "(")
	if !ok || !strings.HasSuffix(host, ")") || network != "tcp" && network != "unix" {
		return errors.New("主机应写在 tcp(…) 里，如 tcp(127.0.0.1:3306)")
	}
	if network == "tcp" {
		return checkHosts(where)
	}
	return nil
}

// checkHosts looks at one host, or the nodes of a cluster with commas between.
func checkHosts(where string) error {
	for one := range strings.SplitSeq(where, ",") {
		if _, _, err := net.SplitHostPort(strings.TrimSpace(one)); err != nil {
			return errors.New("tcp(…) 里应写成 主机:端口，如 tcp(127.0.0.1:3306)；集群的几个节点用逗号分开，如 tcp(db1:3306,db2:3306)")
		}
	}
	return nil
}

// splitMySQL takes a DSN apart as its driver does: at the last slash, and at
// the last sign before it that parts the login from the host.
func splitMySQL(dsn string) (string, string, string, bool) {
	slash := strings.LastIndexByte(dsn, '/')
	if slash < 0 {
		return "", "", "", false
	}
	at := strings.LastIndexByte(dsn[:slash], '@')
	if at < 0 {
		return "", "", "", false
	}
	name, _, _ := strings.Cut(dsn[slash+1:], "?")
	return dsn[:at], dsn[at+1 : slash], name, true
}

// showDatabase shows where the database is, and not who logs in with what.
func showDatabase(d Database) string {
	if d.Kind == "" {
		return d.DSN.String()
	}
	if d.Kind != MySQL {
		path, _, _ := strings.Cut(d.DSN.Reveal(), "?")
		return string(d.Kind) + ":" + path
	}
	_, host, name, _ := splitMySQL(d.DSN.Reveal())
	return string(MySQL) + ":…@" + host + "/" + name
}
