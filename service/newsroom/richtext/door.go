package richtext

import (
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Pictures lists the pictures of cleaned HTML in the order they appear, each
// once: the numbers of our own, and WeChat's addresses.
func Pictures(cleaned string) []string {
	root, err := parse(cleaned)
	if err != nil {
		return nil
	}
	var found []string
	for n := range root.Descendants() {
		if n.DataAtom != atom.Img {
			continue
		}
		address := attribute(n, "src")
		if own := ownPicture.FindStringSubmatch(address); own != nil {
			address = own[1]
		}
		if address != "" && !slices.Contains(found, address) {
			found = append(found, address)
		}
	}
	return found
}

// WithPictures gives cleaned HTML with another address for each of our own
// pictures, for a reader who needs a permission in it. A picture for which there
// is no address is left out.
func WithPictures(cleaned string, addressOf func(id string) string) string {
	shown, _ := rewrite(cleaned, addressOf)
	return shown
}

// ForWeChat gives the content of an article of the official account: our own
// pictures have the addresses under which WeChat keeps them, and links that
// WeChat would not keep are text. Missing names the pictures that have no such
// address yet; WeChat would leave them out without a word, so that an article
// with missing pictures must not be sent.
func ForWeChat(cleaned string, uploaded map[string]string) (content string, missing []string) {
	content, missing = rewrite(cleaned, func(id string) string { return cleanPicture(uploaded[id]) })
	root, err := parse(content)
	if err != nil {
		return "", missing
	}
	unlink(root)
	content, err = render(root)
	if err != nil {
		return "", missing
	}
	return content, missing
}

func unlink(parent *html.Node) {
	for child := parent.FirstChild; child != nil; {
		next := child.NextSibling
		unlink(child)
		if child.DataAtom == atom.A && !keptLink.MatchString(attribute(child, "href")) {
			unwrap(parent, child)
		}
		child = next
	}
}

func rewrite(cleaned string, addressOf func(id string) string) (shown string, missing []string) {
	root, err := parse(cleaned)
	if err != nil {
		return "", nil
	}
	var gone []*html.Node
	for n := range root.Descendants() {
		own := ownPicture.FindStringSubmatch(attribute(n, "src"))
		if n.DataAtom != atom.Img || own == nil {
			continue
		}
		if address := addressOf(own[1]); address != "" {
			setSource(n, address)
			continue
		}
		gone = append(gone, n)
		if !slices.Contains(missing, own[1]) {
			missing = append(missing, own[1])
		}
	}
	for _, n := range gone {
		n.Parent.RemoveChild(n)
	}
	shown, err = render(root)
	if err != nil {
		return "", missing
	}
	return shown, missing
}

func setSource(n *html.Node, address string) {
	for i := range n.Attr {
		if n.Attr[i].Key == "src" {
			n.Attr[i].Val = address
		}
	}
}
