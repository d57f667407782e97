package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// entriesMax bounds the files inside a file.
const entriesMax = 5000

// parcel is the file while it is being unpacked: its parts, and what is left of
// the limits.
type parcel struct {
	limits Limits
	left   int64
	cells  int
	parts  map[string]*zip.File

	strings  []string
	styles   []numberForm
	date1904 bool
}

// sheetRef is a sheet as the workbook lists it.
type sheetRef struct {
	name   string
	hidden bool
	part   string
}

// open lists the parts and refuses other kinds of files.
func (p *parcel) open(archive *zip.Reader) error {
	if len(archive.File) > entriesMax {
		return errUnpacked
	}
	p.parts = make(map[string]*zip.File, len(archive.File))
	for _, f := range archive.File {
		name := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		if _, twice := p.parts[name]; twice {
			return errBroken()
		}
		p.parts[name] = f
		switch {
		case strings.HasSuffix(name, "vbaProject.bin"):
			return Refuse("文件里有宏，为安全起见不能导入。请另存为 .xlsx（不是 .xlsm）再试。")
		case strings.HasPrefix(name, "word/"), strings.HasPrefix(name, "ppt/"):
			return Refuse("这是 Word 或 PowerPoint 文件。请把名册放进 Excel 表格，另存为 .xlsx 再试。")
		case name == "xl/workbook.bin":
			return Refuse("这是 .xlsb 文件。请用 Excel 或 WPS 打开后另存为 .xlsx 再试。")
		case name == "mimetype":
			return Refuse("这是 OpenDocument 表格。请用 Excel 或 WPS 打开后另存为 .xlsx 再试。")
		}
	}
	if p.parts["[Content_Types].xml"] == nil {
		return Refuse("这不是 Excel 文件（.xlsx），只是一个压缩包。请选择名册本身。")
	}
	return nil
}

// book reads the whole file.
func (p *parcel) book() (*Book, error) {
	main, err := p.target("_rels/.rels", "", "/officeDocument")
	if err != nil {
		return nil, err
	}
	if main == "" {
		main = "xl/workbook.xml"
	}
	refs, err := p.contents(main)
	if err != nil {
		return nil, err
	}
	if len(refs) > p.limits.Sheets {
		return nil, Refuse("工作表太多，不能超过 %d 个。请只保留名册的工作表。", p.limits.Sheets)
	}
	if err := p.readShared(main); err != nil {
		return nil, err
	}
	book := &Book{}
	for _, ref := range refs {
		sheet := Sheet{Name: ref.name, Hidden: ref.hidden}
		if !ref.hidden {
			if err := p.readSheet(ref.part, &sheet); err != nil {
				return nil, err
			}
		}
		book.Sheets = append(book.Sheets, sheet)
	}
	return book, nil
}

// readShared reads what the sheets share: texts and styles.
func (p *parcel) readShared(main string) error {
	rels, base := relsOf(main), path.Dir(main)
	texts, err := p.target(rels, base, "/sharedStrings")
	if err != nil {
		return err
	}
	styles, err := p.target(rels, base, "/styles")
	if err != nil {
		return err
	}
	if p.parts[texts] != nil {
		if err := p.readStrings(texts); err != nil {
			return err
		}
	}
	if p.parts[styles] != nil {
		return p.readStyles(styles)
	}
	return nil
}

// contents lists the sheets of the workbook, in order.
func (p *parcel) contents(part string) ([]sheetRef, error) {
	targets, err := p.targets(relsOf(part), path.Dir(part), "/worksheet")
	if err != nil {
		return nil, err
	}
	var refs []sheetRef
	err = p.scan(part, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			p.date1904 = truth(attr(e, "date1904"))
		case "sheet":
			target := targets[relationID(e)]
			if target == "" {
				return nil // a chart, or a dialog of old
			}
			state := attr(e, "state")
			refs = append(refs, sheetRef{name: attr(e, "name"), hidden: state == "hidden" || state == "veryHidden", part: target})
		}
		return nil
	})
	return refs, err
}

func relsOf(part string) string { return path.Join(path.Dir(part), "_rels", path.Base(part)+".rels") }

// target is the first part that a list of relations names for a kind, or "".
func (p *parcel) target(rels, base, kind string) (string, error) {
	targets, err := p.targets(rels, base, kind)
	for _, target := range targets {
		return target, err
	}
	return "", err
}

// targets maps the ids of relations of a kind to the parts they name.
func (p *parcel) targets(rels, base, kind string) (map[string]string, error) {
	targets := map[string]string{}
	if p.parts[rels] == nil {
		return targets, nil
	}
	err := p.scan(rels, func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || !strings.HasSuffix(attr(e, "Type"), kind) || attr(e, "TargetMode") == "External" {
			return nil
		}
		target := attr(e, "Target")
		if strings.HasPrefix(target, "/") {
			target = strings.TrimPrefix(path.Clean(target), "/")
		} else {
			target = strings.TrimPrefix(path.Join("/", base, target), "/")
		}
		targets[attr(e, "Id")] = target
		return nil
	})
	return targets, err
}

// scan reads a part element by element. visit may read on from the decoder.
func (p *parcel) scan(part string, visit func(d *xml.Decoder, e xml.StartElement) error) (err error) {
	file := p.parts[part]
	if file == nil {
		return errBroken()
	}
	content, err := file.Open()
	if err != nil {
		return fmt.Errorf("workbook: open part: %w", err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	d := xml.NewDecoder(&meter{from: content, left: &p.left})
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("workbook: read part: %w", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := visit(d, e); err != nil {
				return err
			}
		}
	}
}

// meter stops a part when the file has unpacked into too much.
type meter struct {
	from io.Reader
	left *int64
}

// Read reads on as long as something is left.
func (m *meter) Read(b []byte) (int, error) {
	n, err := m.from.Read(b)
	if *m.left -= int64(n); *m.left < 0 {
		return 0, errUnpacked
	}
	return n, err //nolint:wrapcheck // io.EOF must stay what it is
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && (a.Name.Space == "" || a.Name.Space == "xml") {
			return a.Value
		}
	}
	return ""
}

// relationID is the r:id of a sheet, whatever the prefix is called.
func relationID(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

func truth(s string) bool { return s == "1" || s == "true" }
