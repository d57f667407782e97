package richtext

import (
	"fmt"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Lost says in words what an editor would miss of their HTML after cleaning, so
// that nothing goes without a word. Dropped is how many pictures of our own were
// taken out besides. What only drew or ran is not missed.
func Lost(dirty, cleaned string, dropped int) []string {
	before, after := census(dirty), census(cleaned)
	var words []string
	say := func(n int, format string) {
		if n > 0 {
			words = append(words, fmt.Sprintf(format, n))
		}
	}
	say(before[atom.Img]-after[atom.Img]-dropped, "有 %d 张图片不在本系统里，没有保留：请把图片保存到电脑后重新上传。")
	say(dropped, "有 %d 张图片您无权使用，没有保留：请重新上传或从图片库选择。")
	films := 0
	for _, film := range []atom.Atom{atom.Video, atom.Audio, atom.Iframe, atom.Embed, atom.Object} {
		films += before[film]
	}
	say(films, "有 %d 处视频、音频或嵌入内容没有保留：微信文章里的视频请到公众平台添加。")
	say(before[atom.A]-after[atom.A], "有 %d 个链接没有保留：只能用 http:// 或 https:// 开头的链接。")
	say(before[atom.Svg], "有 %d 个矢量图没有保留：请换成图片。")
	return words
}

// census counts the elements of a text that an editor sees. A link counts when it
// leads somewhere, and a picture when it is one: office programs leave both
// without.
func census(text string) map[atom.Atom]int {
	count := map[atom.Atom]int{}
	root, err := parse(text)
	if err != nil {
		return count
	}
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.DataAtom == atom.A && attribute(n, "href") == "", n.DataAtom == atom.Img && attribute(n, "src") == "":
		default:
			count[n.DataAtom]++
		}
	}
	return count
}
