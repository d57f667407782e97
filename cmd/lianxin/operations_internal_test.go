package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"lianxin/config"
)

const operations = "../../docs/operations"

// operationsFiles are the pages and examples for operators, by their paths.
func operationsFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(operations, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, operations+"/")] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestEveryAlarmNamesAPageThatTellsWhatToDo(t *testing.T) {
	files := operationsFiles(t)
	index := files["README.md"]
	alarms := regexp.MustCompile(`(?s)- alert: (\w+)\n.*?severity: (\w+)\n.*?page: docs/operations/([\w-]+\.md)`).FindAllStringSubmatch(files["alarms.yml"], -1)
	if len(alarms) < 15 || len(alarms) != strings.Count(files["alarms.yml"], "- alert:") {
		t.Fatalf("only %d alarms are whole", len(alarms))
	}
	for _, a := range alarms {
		page := files[a[3]]
		for _, part := range []string{a[1], "## 是什么意思", "## 多急", "## 先看什么", "## 怎么办", "## 怎样算好了"} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: the page %s lacks %q", a[1], a[3], part)
			}
		}
		if !strings.Contains(index, a[1]) || !strings.Contains(index, "("+a[3]+")") {
			t.Errorf("the index does not lead to %s", a[1])
		}
		if a[2] != "page" && a[2] != "ticket" {
			t.Errorf("%s has severity %s", a[1], a[2])
		}
	}
}

func TestEveryLinkBetweenThePagesLeadsSomewhere(t *testing.T) {
	files := operationsFiles(t)
	for path, content := range files {
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(content, -1) {
			if _, err := os.Stat(filepath.Join(operations, filepath.Dir(path), link[1])); err != nil {
				t.Errorf("%s leads to %s, which is not there", path, link[1])
			}
		}
	}
}

func TestEveryFigureThatThePagesUseIsOneThatThereIs(t *testing.T) {
	p := demoCopy(t)
	p.anonymous().get("/api/v1/areas")
	// These are told once there is something to count; their own tests see them.
	known := map[string]bool{"lianxin_pictures_lost": true, "lianxin_limited_total": true}
	for _, f := range everyFigure() {
		known["lianxin_"+f.name] = true
	}
	described := make(chan *prometheus.Desc, 10)
	go func() {
		defer close(described)
		count := newCounters(prometheus.NewRegistry())
		for _, c := range []prometheus.Collector{count.tasks, count.jobs, count.jobDone, count.weChat} {
			c.Describe(described)
		}
	}()
	for d := range described {
		name := regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.String())[1]
		known[name], known[name+"_count"], known[name+"_bucket"], known[name+"_sum"] = true, true, true, true
	}
	p.anonymous().must(http.StatusOK, p.anonymous().get("/api/v1/topics"))
	scraped := p.scrape()
	for path, content := range operationsFiles(t) {
		for _, name := range regexp.MustCompile(`\b(lianxin|go|process)_[a-z0-9_]+\b`).FindAllString(content, -1) {
			if !known[name] && !strings.Contains(scraped, "\n"+name) {
				t.Errorf("%s speaks of %s, which is not told", path, name)
			}
		}
	}
}

func TestEverySettingThatThePagesAndExamplesUseIsOneThatThereIs(t *testing.T) {
	known := []string{"LIANXIN_TEST_DSN"} // of the tests
	for _, s := range config.Settings() {
		known = append(known, s.Env)
		if s.Secret {
			known = append(known, s.Env+"_FILE")
		}
	}
	for path, content := range operationsFiles(t) {
		for _, name := range regexp.MustCompile(`LIANXIN_[A-Z0-9_]*[A-Z0-9]`).FindAllString(content, -1) {
			// A name that goes on stands for several: LIANXIN_TEMPLATE_…
			prefix := strings.Contains(content, name+"_…")
			if !slices.Contains(known, name) && !(prefix && slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, name+"_") })) {
				t.Errorf("%s names the setting %s, which is not there", path, name)
			}
		}
	}
}

func TestEveryCommandThatThePagesNameIsOneThatThereIs(t *testing.T) {
	_, stdout, stderr := command(t, nil, "", "--help")
	help := stdout + stderr
	for path, content := range operationsFiles(t) {
		for _, found := range regexp.MustCompile("(?:`|bin/|\n\\$ )lianxin ([a-z]+)").FindAllStringSubmatch(content, -1) {
			if !strings.Contains(help, "\n  "+found[1]+" ") {
				t.Errorf("%s names the command %q, which is not there", path, found[1])
			}
		}
	}
}
