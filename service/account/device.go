package account

import (
	"net/netip"
	"strings"
)

// From is where somebody signs in: on what, as the browser or the app says, and
// from which address. Both only help people to recognise their own sign-ins and
// tell guesses apart; neither proves anything.
type From struct {
	UserAgent string
	Address   netip.Addr
}

// How much of an address is one place: what is counted together, and what is
// kept and shown of where a session was opened.
const (
	countedBits6 = 64
	shownBits4   = 24
	shownBits6   = 48
)

// counted names the address that tries are counted for: all of an IPv6 network
// that one household or office is given is one.
func (f From) counted() string {
	address := f.Address.Unmap()
	if !address.IsValid() || address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address.WithZone(""), countedBits6).Masked().String()
}

// network is as much of an address as is kept: "203.0.113.*".
func (f From) network() string {
	address := f.Address.Unmap()
	switch {
	case !address.IsValid():
		return ""
	case address.Is4():
		first := netip.PrefixFrom(address, shownBits4).Masked().Addr().String()
		return strings.TrimSuffix(first, "0") + "*"
	}
	return netip.PrefixFrom(address.WithZone(""), shownBits6).Masked().Addr().String() + "*"
}

// mark is a word in a browser's description of itself, and what it means.
type mark struct{ has, means string }

// The words of browsers and systems; the first that fits counts, so that those
// who also call themselves something else come first.
var (
	apps = []mark{
		{"miniprogram", "微信小程序"},
		{"wxwork", "企业微信"},
		{"micromessenger", "微信"},
		{"edg", "Edge"},
		{"opr/", "Opera"},
		{"qqbrowser", "QQ 浏览器"},
		{"metasr", "搜狗浏览器"},
		{"360se", "360 浏览器"},
		{"360ee", "360 浏览器"},
		{"huaweibrowser", "华为浏览器"},
		{"miuibrowser", "小米浏览器"},
		{"ucbrowser", "UC 浏览器"},
		{"firefox", "Firefox"},
		{"chrome", "Chrome"},
		{"safari", "Safari"},
	}
	systems = []mark{
		{"openharmony", "鸿蒙手机"},
		{"harmonyos", "鸿蒙手机"},
		{"ipad", "iPad"},
		{"iphone", "iPhone"},
		{"android", "安卓手机"},
		{"windows", "Windows"},
		{"mac os", "Mac"},
		{"macintosh", "Mac"},
		{"uos", "统信 UOS"},
		{"kylin", "麒麟系统"},
		{"linux", "Linux"},
	}
)

// label says in plain words what somebody signs in on: "Windows 上的 Chrome".
func (f From) label() string {
	says := strings.ToLower(f.UserAgent)
	app, system := meaning(apps, says), meaning(systems, says)
	switch {
	case app != "" && system != "":
		return system + " 上的 " + app
	case app != "" || system != "":
		return app + system
	}
	return "未知设备"
}

func meaning(marks []mark, says string) string {
	for _, m := range marks {
		if strings.Contains(says, m.has) {
			return m.means
		}
	}
	return ""
}
