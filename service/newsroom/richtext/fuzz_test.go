package richtext_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"lianxin/service/newsroom/richtext"
)

// What may be in cleaned HTML, said once more and from the other side, so that
// a slip in the lists of the package is not repeated here.
var (
	mayBe = strings.Fields("a blockquote br code col colgroup em h1 h2 h3 h4 hr img li ol p pre s section span strong sub sup " +
		"table tbody td tfoot th thead tr u ul")
	mayHave = map[string][]string{
		"a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "col": {"span"}, "colgroup": {"span"},
	}
	neverInStyles = regexp.MustCompile(`(?i)url|expression|script|import|behavio|binding|position|float|z-index|opacity|visibility|display: none|[\\<>"'@{}*]|[ :]-[0-9]`)
)

// forbiddenIn reads HTML as a browser does and names the first thing that must
// not be there, or "".
func forbiddenIn(cleaned string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(cleaned), body)
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	for _, node := range nodes {
		if what := forbiddenNode(node); what != "" {
			return what
		}
		for n := range node.Descendants() {
			if what := forbiddenNode(n); what != "" {
				return what
			}
		}
	}
	return ""
}

func forbiddenNode(n *html.Node) string {
	switch {
	case n.Type == html.TextNode:
		return ""
	case n.Type != html.ElementNode || n.Namespace != "" || !slices.Contains(mayBe, n.Data):
		return "<" + n.Data + ">"
	}
	for _, a := range n.Attr {
		switch {
		case a.Namespace != "" || a.Key != "style" && !slices.Contains(mayHave[n.Data], a.Key):
			return "attribute " + a.Key
		case a.Key == "style" && neverInStyles.MatchString(a.Val):
			return "style " + a.Val
		case (a.Key == "src" || a.Key == "href") && !mayPointTo(a.Key, a.Val):
			return "address " + a.Val
		}
	}
	return ""
}

func mayPointTo(key, address string) bool {
	link, err := url.Parse(address)
	switch {
	case err != nil || link.User != nil || strings.ContainsAny(address, " \t\r\n\"'<>"):
		return false
	case key == "href":
		return (link.Scheme == "http" || link.Scheme == "https") && link.Host != ""
	case link.Scheme == "" && link.Host == "":
		return regexp.MustCompile(`^/media/[0-9a-f-]{36}$`).MatchString(address)
	}
	return link.Scheme == "https" && (link.Host == "mmbiz.qpic.cn" || link.Host == "mmbiz.qlogo.cn")
}

// FuzzCleanedCleansToItself proves for whatever comes that cleaned HTML cleans
// to itself, that nothing forbidden is in it when it is read again, and that
// what goes to WeChat has nothing forbidden either.
func FuzzCleanedCleansToItself(f *testing.F) {
	for _, a := range attacks(f) {
		f.Add(a.html)
	}
	for _, file := range pastes(f) {
		text, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, dirty string) {
		if len(dirty) > 1<<16 {
			t.Skip("longer than what a fuzzer learns from")
		}
		cleaned, err := richtext.Clean(dirty)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := richtext.Clean(cleaned); err != nil || again != cleaned {
			t.Fatalf("cleaned %q\nthen    %q, %v", cleaned, again, err)
		}
		if what := forbiddenIn(cleaned); what != "" {
			t.Fatalf("%s in %q", what, cleaned)
		}
		sent, _ := richtext.ForWeChat(cleaned, nil)
		if what := forbiddenIn(sent); what != "" {
			t.Fatalf("%s in %q for WeChat", what, sent)
		}
		for _, text := range []string{cleaned, richtext.Text(cleaned), richtext.Digest(cleaned)} {
			if !utf8.ValidString(text) {
				t.Fatalf("broken characters in %q", text)
			}
		}
	})
}
