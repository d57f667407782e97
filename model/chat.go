package model

import "strings"

// ChatLink is words in an answer of the official account that lead to an address
// when they are tapped. A customer message may hold such links
// (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html).
func ChatLink(words, address string) string {
	return `<a href="` + address + `">` + words + "</a>"
}

var chatWords = strings.NewReplacer("<", "＜", ">", "＞")

// ChatWords keeps names, titles and what people typed from being read as links in
// an answer of the official account.
func ChatWords(text string) string { return chatWords.Replace(text) }
