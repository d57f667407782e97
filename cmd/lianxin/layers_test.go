package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// The import table of the house (docs: who may import whom), in two parts. A
// package is named by its path below the module; a name stands for the package
// and everything under it, and the longest name that fits is its room.

// house says which of our own packages a room may import, beside itself.
var house = map[string][]string{
	"cmd":       {"config", "handler", "model", "service", "simulator", "web"},
	"config":    {},
	"model":     {},
	"simulator": {},
	"web":       {},

	// Shared rooms of service, each importing downward only.
	"service/store":      {"model"},
	"service/audit":      {"model", "service/store"},
	"service/outbox":     {"model", "service/audit", "service/store"},
	"service/limit":      {"model", "service/store"},
	"service/token":      {"model", "service/store"},
	"service/pinyin":     {"model"},
	"service/masking":    {},
	"service/comparison": {},
	"service/sheet":      {"model"},
	"service/sealed":     {"model", "service/audit", "service/store"},
	"service/notice":     {"model", "service/audit", "service/outbox", "service/store"},
	"service/follow":     {"model", "service/audit", "service/notice", "service/outbox", "service/store"},
	"service/linking":    {"model", "service/audit", "service/notice", "service/sealed", "service/store"},
	"service/deadline":   {"model", "service/audit", "service/notice", "service/outbox", "service/store"},
	"service/wechat":     {"model"},
	// Every other room of service is a subject.
	"service": {"model", "service/audit", "service/comparison", "service/deadline", "service/follow", "service/limit", "service/linking", "service/masking", "service/notice", "service/outbox", "service/pinyin", "service/sealed", "service/sheet", "service/store", "service/token"},

	// Shared rooms of handler.
	"handler/cached":      {"handler/held"},
	"handler/endpoint":    {"handler/problem", "handler/session", "model", "service"},
	"handler/guard":       {"handler/problem", "handler/session", "model", "service"},
	"handler/held":        {},
	"handler/messageview": {"model", "service"},
	"handler/problem":     {"model", "service/store"},
	"handler/retry":       {"handler/held", "handler/problem", "handler/session", "model", "service/store"},
	"handler/session":     {"model"},
	// Every other room of handler is an audience.
	"handler": {
		"handler/cached", "handler/endpoint", "handler/guard", "handler/held", "handler/messageview", "handler/problem",
		"handler/retry", "handler/session", "model", "service",
	},
}

// libraries says which rooms may touch a library of others; what is not named
// is free. The longest name that fits counts.
var libraries = map[string][]string{
	"gorm.io":                         {"service", "cmd"},
	"database/sql":                    {"service/store", "cmd"},
	"github.com/pressly/goose":        {"service/store"},
	"github.com/gin-gonic/gin":        {"handler", "cmd"},
	"github.com/danielgtaylor/huma":   {"handler", "cmd"},
	"net/http":                        {"cmd", "handler", "service/wechat", "simulator", "web"},
	"github.com/silenceper/wechat/v2": {"service/wechat"},
	"github.com/minio/minio-go":       {"service/picture/bucket"},
	"testing":                         {"service/store/storetest", "service/sealed/sealedtest"},
}

// without takes rooms out of what the tables allow.
var without = map[string][]string{
	"service/wechat": {"gorm.io"},
}

// sdkRoot is the SDK's root package: its init rewires the global logger.
const sdkRoot = "github.com/silenceper/wechat/v2"

// visit is one import: a package of ours, and what it imports.
type visit struct {
	from, imp string
	// test says that it is a test that imports.
	test bool
}

// ours gives the path below the module, and false for what is not ours.
func ours(imp string) (string, bool) { return strings.CutPrefix(imp, "lianxin/") }

// allowed reports whether the tables allow an import.
func (v visit) allowed() bool {
	there, own := ours(v.imp)
	switch {
	case v.imp == sdkRoot:
		return false
	case under(there, "cmd"):
		return under(v.from, "cmd")
	case own:
		return v.allowedOfOurs(there)
	}
	return v.allowedLibrary()
}

func (v visit) allowedOfOurs(there string) bool {
	switch {
	case under(there, "service/store/storetest"), under(there, "service/sealed/sealedtest"):
		return v.test && !under(v.from, "simulator")
	case sameRoom(v.from, there):
		return true
	case under(there, "simulator/s3") && v.test && under(v.from, "service/picture"):
		return true
	case under(there, "simulator") && v.test:
		// Only who speaks to WeChat, and who wires everything, is tried on it.
		return under(v.from, "service/wechat") || under(v.from, "handler") || under(v.from, "cmd")
	case v.test && under(v.from, "handler") && (under(there, "service") || sharedByAudiences(there)):
		return true
	case v.test && roomOf(v.from) != "handler" && under(v.from, "handler"):
		// A shared room is tried with its neighbours, never with an audience.
		return slices.ContainsFunc(house["handler"], func(room string) bool { return under(there, room) })
	}
	// The root of handler is the one page with every audience on it.
	if v.from == "handler" {
		return under(there, "handler") || under(there, "service") || under(there, "model")
	}
	if under(there, "service/wechat") && under(v.from, "handler") {
		return v.from == "handler/callback"
	}
	return slices.ContainsFunc(house[roomOf(v.from)], func(room string) bool { return under(there, room) })
}

// sharedByAudiences reports whether a room of handler serves all of them.
func sharedByAudiences(there string) bool {
	return under(there, "handler") && slices.Contains(house["handler"], there)
}

func (v visit) allowedLibrary() bool {
	if slices.ContainsFunc(without[roomOf(v.from)], func(lib string) bool { return under(v.imp, lib) }) {
		return false
	}
	library := longest(libraries, v.imp)
	if library == "" || v.test && (library == "testing" || library == "net/http") {
		return true
	}
	// Tests look into the database; only the code in between must not.
	if v.test && slices.Contains([]string{"gorm.io", "database/sql"}, library) && (under(v.from, "handler") || under(v.from, "service")) {
		return true
	}
	return slices.ContainsFunc(libraries[library], func(room string) bool { return under(v.from, room) })
}

// roomOf is the row of the table a package lives by.
func roomOf(pkg string) string { return longest(house, pkg) }

// sameRoom reports whether two packages share the second level of the house:
// service/picture and service/picture/raster are one room.
func sameRoom(a, b string) bool {
	room := func(p string) string {
		parts := strings.SplitN(p, "/", 3)
		if parts[0] != "service" && parts[0] != "handler" {
			return parts[0]
		}
		return path.Join(parts[:min(2, len(parts))]...)
	}
	return room(a) == room(b)
}

// longest is the longest key that name is under, or "".
func longest(table map[string][]string, name string) string {
	best := ""
	for key := range table {
		if under(name, key) && len(key) > len(best) {
			best = key
		}
	}
	return best
}

func under(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

func TestImportsKeepToTheFloorsOfTheHouse(t *testing.T) {
	visits := everyImport(t)
	if len(visits) < 100 {
		t.Fatalf("only %d imports were seen", len(visits))
	}
	for _, v := range visits {
		if v.allowed() {
			continue
		}
		who := v.from
		if v.test {
			who += " (test)"
		}
		t.Errorf("%s must not import %s", who, v.imp)
	}
}

// everyImport asks go list for the imports of all our packages.
func everyImport(t *testing.T) []visit {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "lianxin/...")
	var trouble bytes.Buffer
	list.Stderr = &trouble
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, trouble.String())
	}
	var visits []visit
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return visits
		} else if err != nil {
			t.Fatal(err)
		}
		from, _ := ours(pkg.ImportPath)
		for _, imp := range pkg.Imports {
			visits = append(visits, visit{from: from, imp: imp})
		}
		for _, imp := range append(pkg.TestImports, pkg.XTestImports...) {
			visits = append(visits, visit{from: from, imp: imp, test: true})
		}
	}
}

func TestEachRuleOfTheHouseCatchesAPlantedVisit(t *testing.T) {
	for _, v := range []visit{
		// model is the ground floor.
		{from: "model", imp: "lianxin/service/store"},
		{from: "model", imp: "lianxin/config"},
		{from: "model", imp: "github.com/gin-gonic/gin"},
		{from: "model", imp: "gorm.io/gorm"},
		{from: "model", imp: "net/http"},
		{from: "model", imp: "database/sql"},
		{from: "model/flow", imp: "github.com/silenceper/wechat/v2/util"},
		// config stands alone.
		{from: "config", imp: "lianxin/model"},
		// Shared rooms look down only.
		{from: "service/store", imp: "lianxin/service/outbox"},
		{from: "service/outbox", imp: "lianxin/service/deadline"},
		{from: "service/audit", imp: "lianxin/service/message"},
		{from: "service/limit", imp: "lianxin/service/account"},
		{from: "service/limit", imp: "lianxin/service/outbox"},
		{from: "service/deadline", imp: "lianxin/service/wechat"},
		{from: "service/notice", imp: "github.com/gin-gonic/gin"},
		{from: "service/outbox", imp: "database/sql"},
		{from: "service/pinyin", imp: "lianxin/service/directory"},
		{from: "service/masking", imp: "lianxin/service/newsroom"},
		{from: "service/comparison", imp: "lianxin/service/newsroom"},
		{from: "service/sheet", imp: "lianxin/service/message"},
		{from: "service/sealed", imp: "lianxin/service/account"},
		{from: "service/follow", imp: "lianxin/service/newsroom"},
		{from: "service/linking", imp: "lianxin/service/account"},
		{from: "service/linking", imp: "lianxin/service/deadline"},
		// The gateway keeps nothing, and nobody else speaks to WeChat.
		{from: "service/wechat", imp: "gorm.io/gorm"},
		{from: "service/wechat", imp: "lianxin/service/store"},
		{from: "service/wechat/callback", imp: "github.com/silenceper/wechat/v2"},
		{from: "service/wechat", imp: "github.com/silenceper/wechat/v2", test: true},
		{from: "service/wechat", imp: "lianxin/simulator"},
		{from: "service/account", imp: "github.com/silenceper/wechat/v2/util"},
		{from: "cmd/lianxin", imp: "github.com/silenceper/wechat/v2/util"},
		// Subjects never import each other, nor what is above or beside them.
		{from: "service/message", imp: "lianxin/service/directory"},
		{from: "service/message", imp: "lianxin/service/picture/raster"},
		{from: "service/picture/folder", imp: "lianxin/service/account"},
		{from: "service/conversation", imp: "lianxin/service/message", test: true},
		{from: "service/newsroom", imp: "lianxin/service/wechat"},
		{from: "service/account", imp: "lianxin/config"},
		{from: "service/account", imp: "lianxin/handler/problem"},
		{from: "service/account", imp: "net/http"},
		{from: "service/account", imp: "github.com/danielgtaylor/huma/v2"},
		{from: "service/account", imp: "github.com/pressly/goose/v3"},
		{from: "service/account", imp: "lianxin/simulator", test: true},
		{from: "service/account", imp: "lianxin/simulator/s3", test: true},
		{from: "service/picture", imp: "lianxin/simulator", test: true},
		{from: "service/picture/bucket", imp: "lianxin/simulator/s3"},
		// One room speaks to storages.
		{from: "service/picture", imp: "github.com/minio/minio-go/v7"},
		{from: "service/picture/bucket", imp: "net/http"},
		{from: "cmd/lianxin", imp: "github.com/minio/minio-go/v7"},
		{from: "simulator/s3", imp: "github.com/minio/minio-go/v7"},
		{from: "service/brandnew", imp: "lianxin/service/message"},
		{from: "service/roster/workbook", imp: "lianxin/service/directory"},
		// Handlers ask services, and audiences never import each other.
		{from: "handler/resident", imp: "gorm.io/gorm"},
		{from: "handler/resident", imp: "database/sql"},
		{from: "handler/resident", imp: "lianxin/config"},
		{from: "handler/resident", imp: "lianxin/handler/staff"},
		{from: "handler/resident", imp: "lianxin/handler"},
		{from: "handler/resident", imp: "lianxin/service/wechat"},
		{from: "handler/resident", imp: "lianxin/simulator"},
		{from: "handler/staff", imp: "lianxin/handler/resident", test: true},
		{from: "handler/problem", imp: "lianxin/handler/staff"},
		{from: "handler/problem", imp: "lianxin/handler/staff", test: true},
		{from: "handler/problem", imp: "lianxin/handler/endpoint"},
		{from: "handler/brandnew", imp: "lianxin/handler/open"},
		{from: "handler/roster", imp: "lianxin/handler/media"},
		{from: "handler/newsroom", imp: "lianxin/handler/open"},
		{from: "handler", imp: "lianxin/config"},
		// The stand-in knows nothing of us.
		{from: "simulator", imp: "lianxin/model"},
		{from: "simulator/phone", imp: "lianxin/service/wechat"},
		{from: "simulator", imp: "lianxin/service/store/storetest", test: true},
		{from: "simulator", imp: "github.com/silenceper/wechat/v2/util"},
		{from: "simulator", imp: "gorm.io/gorm"},
		// Nobody imports cmd; only tests use what is made for tests.
		{from: "handler", imp: "lianxin/cmd/lianxin"},
		{from: "simulator", imp: "lianxin/cmd/lianxin/sample", test: true},
		{from: "service/account", imp: "lianxin/service/store/storetest"},
		{from: "service/store", imp: "lianxin/service/store/storetest"},
		{from: "service/account", imp: "lianxin/service/sealed/sealedtest"},
		{from: "service/account", imp: "testing"},
		{from: "web", imp: "lianxin/model"},
	} {
		if v.allowed() {
			t.Errorf("%s may import %s (test: %t)", v.from, v.imp, v.test)
		}
	}
}

func TestTheRulesOfTheHouseLetThroughWhatIsRight(t *testing.T) {
	for _, v := range []visit{
		{from: "model", imp: "lianxin/model/fault"},
		{from: "model/flow", imp: "strings"},
		{from: "service/deadline", imp: "lianxin/service/outbox"},
		{from: "service/message", imp: "lianxin/service/notice"},
		{from: "service/directory", imp: "lianxin/service/pinyin"},
		{from: "service/message", imp: "lianxin/service/masking"},
		{from: "service/roster", imp: "lianxin/service/comparison"},
		{from: "service/message", imp: "lianxin/service/sheet"},
		{from: "service/picture", imp: "lianxin/service/picture/raster"},
		{from: "service/picture/raster", imp: "lianxin/service/picture", test: true},
		{from: "service/message", imp: "lianxin/service/store/storetest", test: true},
		{from: "service/wechat", imp: "github.com/silenceper/wechat/v2/miniprogram/auth"},
		{from: "service/wechat", imp: "lianxin/simulator", test: true},
		{from: "service/picture/bucket", imp: "lianxin/simulator/s3", test: true},
		{from: "service/picture/bucket", imp: "github.com/minio/minio-go/v7/pkg/credentials"},
		{from: "service/store/storetest", imp: "testing"},
		{from: "handler/resident", imp: "lianxin/service/message"},
		{from: "handler/media", imp: "lianxin/handler/problem"},
		{from: "handler/callback", imp: "lianxin/service/wechat/callback"},
		{from: "handler", imp: "lianxin/handler/staff"},
		{from: "simulator/cmd/simulator", imp: "lianxin/simulator"},
		{from: "handler/retry", imp: "lianxin/handler/endpoint", test: true},
		{from: "cmd/lianxin", imp: "lianxin/cmd/lianxin/sample"},
		{from: "cmd/lianxin", imp: "lianxin/service/wechat"},
		{from: "cmd/lianxin", imp: "lianxin/simulator"},
	} {
		if !v.allowed() {
			t.Errorf("%s may not import %s (test: %t)", v.from, v.imp, v.test)
		}
	}
}
