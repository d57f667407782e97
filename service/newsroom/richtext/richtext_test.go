package richtext_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"lianxin/model/fault"
	"lianxin/service/newsroom/richtext"
)

var update = flag.Bool("update", false, "write the goldens anew")

const ours = "0196b1c2-7a3e-7c11-8a55-2d1f0c9e4b77"

func clean(t *testing.T, dirty string) string {
	t.Helper()
	cleaned, err := richtext.Clean(dirty)
	if err != nil {
		t.Fatal(err)
	}
	return cleaned
}

// attack is an entry of the corpus.
type attack struct {
	name      string
	forbidden []string
	html      string
}

func attacks(tb testing.TB) []attack {
	tb.Helper()
	text, err := os.ReadFile("testdata/attacks.txt")
	if err != nil {
		tb.Fatal(err)
	}
	var all []attack
	for entry := range strings.SplitSeq(string(text), "\n---\n") {
		head, body, _ := strings.Cut(entry, "\n")
		parts := strings.Split(head, " | ")
		all = append(all, attack{name: parts[0], forbidden: parts[1:], html: strings.TrimSuffix(body, "\n")})
	}
	return all
}

func pastes(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/pastes/*.html")
	if err != nil || len(files) == 0 {
		tb.Fatal("no pastes", err)
	}
	return files
}

func TestNoAttackOfTheCorpusSurvives(t *testing.T) {
	all := attacks(t)
	if len(all) < 60 {
		t.Fatalf("the corpus has %d attacks", len(all))
	}
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			cleaned := clean(t, a.html)
			for _, word := range a.forbidden {
				if strings.Contains(strings.ToLower(tags(t, cleaned)), strings.ToLower(word)) {
					t.Errorf("%q survives in %s", word, cleaned)
				}
			}
			if what := forbiddenIn(cleaned); what != "" {
				t.Errorf("%s in %s", what, cleaned)
			}
			if again := clean(t, cleaned); again != cleaned {
				t.Errorf("cleans to something else: %s\nthen %s", cleaned, again)
			}
		})
	}
}

// tags is what of cleaned HTML is not words: a word of an attack may be read,
// as long as it is only read. Content of scripts must not even be that.
func tags(t *testing.T, cleaned string) string {
	t.Helper()
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(cleaned))
	for tokens.Next() != html.ErrorToken {
		if token := tokens.Token(); token.Type != html.TextToken {
			out.WriteString(token.String())
		}
	}
	return out.String()
}

func TestTheProgramOfAScriptIsNotEvenRead(t *testing.T) {
	for _, dirty := range []string{
		"<p>好</p><script>alert(1)</script>", "<p>好</p><style>p{color:red}</style>", "<p>好</p><svg><title>x</title></svg>",
		"<p>好</p><template>x</template>", "<p>好</p><iframe>x</iframe>", "<p>好</p><!-- x -->", "<p>好</p><select><option>x</select>",
	} {
		if got := clean(t, dirty); got != "<p>好</p>" {
			t.Errorf("%s became %s", dirty, got)
		}
	}
}

// What the console's editor makes of the same pastes is written there by its
// own tests: nothing of it may be lost on the way into the database.
func TestWhatOurEditorWritesCleansToItself(t *testing.T) {
	for _, paste := range pastes(t) {
		t.Run(filepath.Base(paste), func(t *testing.T) {
			written, err := os.ReadFile(filepath.Join("testdata", "editor", filepath.Base(paste)))
			if err != nil {
				t.Fatal(err)
			}
			if difference := cmp.Diff(string(written), clean(t, string(written))); difference != "" {
				t.Error(difference)
			}
		})
	}
}

func TestAPasteKeepsWhatWeChatKeeps(t *testing.T) {
	for _, file := range pastes(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dirty, err := os.ReadFile(filepath.Clean(file))
			if err != nil {
				t.Fatal(err)
			}
			cleaned := clean(t, string(dirty))
			golden := strings.TrimSuffix(file, ".html") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(cleaned), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(filepath.Clean(golden))
			if err != nil {
				t.Fatal(err)
			}
			if difference := cmp.Diff(string(want), cleaned); difference != "" {
				t.Error(difference)
			}
			if again := clean(t, cleaned); again != cleaned {
				t.Errorf("cleans to something else: %s", cmp.Diff(cleaned, again))
			}
		})
	}
}

func TestWhatIsKeptIsWrittenInOneWay(t *testing.T) {
	own := "/media/" + ours
	for name, test := range map[string]struct{ dirty, want string }{
		"element by another name":  {"<div><b>好</b><i>的</i><strike>x</strike></div>", "<section><strong>好</strong><em>的</em><s>x</s></section>"},
		"element that is unknown":  {"<article><o:p>好</o:p><wbr>的</article>", "<section>好的</section>"},
		"span of nothing":          {"<p><span lang=EN-US>好</span></p>", "<p>好</p>"},
		"style":                    {`<p style="COLOR:RED;;text-align : center ;x:y">好</p>`, `<p style="color: red; text-align: center">好</p>`},
		"style said twice":         {`<p style="color:red;color:blue">好</p>`, `<p style="color: blue">好</p>`},
		"font":                     {`<font color="#B3161B">好</font>`, `<span style="color: #b3161b">好</span>`},
		"alignment":                {`<p align=center>好</p>`, `<p style="text-align: center">好</p>`},
		"own picture":              {`<img alt="  路灯 " src="` + own + `">`, `<img alt="路灯" src="` + own + `"/>`},
		"own picture as permitted": {`<img src="https://lianxin.test` + own + `?size=full&until=1&sig=x">`, `<img src="` + own + `"/>`},
		"picture of WeChat's":      {`<img src="http://mmbiz.qpic.cn/mmbiz_png/x/640?wx_fmt=png">`, `<img src="https://mmbiz.qpic.cn/mmbiz_png/x/640?wx_fmt=png"/>`},
		"picture that comes later": {`<img src="data:x" data-src="https://mmbiz.qpic.cn/x/0">`, `<img src="https://mmbiz.qpic.cn/x/0"/>`},
		"link":                     {`<a href=" https://example.org/a?b=1&c=2 " target=_blank>好</a>`, `<a href="https://example.org/a?b=1&amp;c=2">好</a>`},
		"link to nothing":          {`<a name=x>好</a>`, "好"},
		"cells":                    {`<table><tr><td colspan=2 rowspan=1 width=9>好</td></tr></table>`, `<table><tbody><tr><td colspan="2">好</td></tr></tbody></table>`},
		"too many cells":           {`<table><tr><td colspan=9999>好</td></tr></table>`, `<table><tbody><tr><td>好</td></tr></tbody></table>`},
		"signs":                    {"1 < 2 & “3” 'x'", "1 &lt; 2 &amp; “3” &#39;x&#39;"},
		"nothing":                  {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clean(t, test.dirty); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestNestingThatNobodyWroteLeavesTheWords(t *testing.T) {
	got := clean(t, strings.Repeat("<section>", 5000)+"<b>路灯</b>修好了<script>x</script>")
	if got != "<p>路灯修好了</p>" {
		t.Errorf("got %.200s", got)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	if _, err := richtext.Clean(strings.Repeat("字", richtext.MostInput/3+1)); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("err = %v", err)
	}
}

func TestTheWordsAreReadByLines(t *testing.T) {
	cleaned := clean(t, "<h2>路灯</h2><p>一<br>二 \n 三</p><ul><li>甲</li><li>乙</li></ul><table><tr><td>丙</td><td>丁</td></tr></table><p> </p>")
	if got := richtext.Text(cleaned); got != "路灯\n一\n二 三\n甲\n乙\n丙 丁" {
		t.Errorf("got %q", got)
	}
	want := richtext.Size{Words: 9, Characters: utf8.RuneCountInString(cleaned), Bytes: len(cleaned)}
	if got := richtext.Measure(cleaned); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestADigestEndsWithASentence(t *testing.T) {
	long := strings.Repeat("字", 40)
	family := "👨\u200d👩\u200d👧"
	for name, test := range map[string]struct{ text, want string }{
		"short":            {"路灯修好了。", "路灯修好了。"},
		"two sentences":    {long + "。" + long + "。", long + "。"},
		"long sentence":    {strings.Repeat("字", 80), strings.Repeat("字", 53) + "…"},
		"nothing":          {"", ""},
		"drawn from three": {strings.Repeat("字", 51) + family + long, strings.Repeat("字", 51) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := richtext.Digest("<p>" + test.text + "</p>"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWeChatsLimitsAreToldByField(t *testing.T) {
	whole := richtext.Article{
		Title: strings.Repeat("题", 32), Author: strings.Repeat("人", 16), Digest: strings.Repeat("摘", 128),
		Content: "<p>" + strings.Repeat("字", 19_992) + "</p>", Source: "https://example.org/" + strings.Repeat("a", 1004),
	}
	if err := richtext.Check(whole); err != nil {
		t.Fatalf("as much as fits: %v", err)
	}
	for name, change := range map[string]func(*richtext.Article){
		"title":      func(a *richtext.Article) { a.Title += "题" },
		"author":     func(a *richtext.Article) { a.Author += "人" },
		"digest":     func(a *richtext.Article) { a.Digest += "摘" },
		"body":       func(a *richtext.Article) { a.Content += "字" },
		"source_url": func(a *richtext.Article) { a.Source += "a" },
	} {
		t.Run(name, func(t *testing.T) {
			article := whole
			change(&article)
			f := fault.Of(richtext.Check(article))
			if f == nil || len(f.Fields) != 1 || f.Fields[0].Name != name {
				t.Errorf("fault %+v", f)
			}
		})
	}
	if f := fault.Of(richtext.Check(richtext.Article{Content: "<p> </p>", Source: "ftp://x"})); f == nil || len(f.Fields) != 3 {
		t.Errorf("an empty article: %+v", f)
	}
	picture := richtext.Article{Title: "题", Content: `<p><img src="/media/` + ours + `"/></p>`}
	if err := richtext.Check(picture); err != nil {
		t.Errorf("a picture alone: %v", err)
	}
}

func TestWeChatIsSentOnlyItsOwnPicturesAndLinks(t *testing.T) {
	other := strings.Replace(ours, "77", "78", 1)
	cleaned := clean(t, `<p><img src="/media/`+ours+`"><img src="/media/`+other+`"><img src="/media/`+ours+`"></p>`+
		`<p><a href="https://example.org/">外面</a><a href="https://mp.weixin.qq.com/s/abc">里面</a></p>`)
	if got, want := richtext.Pictures(cleaned), []string{ours, other}; !slices.Equal(got, want) {
		t.Errorf("pictures %v", got)
	}
	content, missing := richtext.ForWeChat(cleaned, map[string]string{ours: "http://mmbiz.qpic.cn/x/0", other: "https://evil.test/x"})
	want := `<p><img src="https://mmbiz.qpic.cn/x/0"/><img src="https://mmbiz.qpic.cn/x/0"/></p><p>外面<a href="https://mp.weixin.qq.com/s/abc">里面</a></p>`
	if content != want || !slices.Equal(missing, []string{other}) {
		t.Errorf("content %s, missing %v", content, missing)
	}
}

func TestAReaderIsShownPicturesUnderTheirPermission(t *testing.T) {
	got := richtext.WithPictures(`<p><img src="/media/`+ours+`"/></p>`, func(id string) string { return "https://lianxin.test/media/" + id + "?sig=a&size=full" })
	if want := `<p><img src="https://lianxin.test/media/` + ours + `?sig=a&amp;size=full"/></p>`; got != want {
		t.Errorf("got %s", got)
	}
	if back := clean(t, got); back != `<p><img src="/media/`+ours+`"/></p>` {
		t.Errorf("back from the editor: %s", back)
	}
}
