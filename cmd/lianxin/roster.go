package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/roster"
	"lianxin/service/store"
)

// errRoster ends a command that has said already what is wrong.
var errRoster = errors.New("没有导入任何内容，请按上面的提示改正后再试")

func importCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "导入"}
	var dryRun bool
	one := &cobra.Command{
		Use:   "roster FILE.xlsx",
		Short: "导入名册：区域、党组织、选举单位、承办单位和代表",
		Long: "从 Excel 文件导入名册。先用 --dry-run 看会有哪些变化，再去掉它导入。\n\n" +
			"有一处有误，就什么都不导入（退出码 1）；同一个文件再导入一次，不会有任何变化；文件里没有的保持不变。\n" +
			"空白模板：lianxin export roster --template 模板.xlsx\n\n" + rosterLayout(),
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withDatabase(cmd.Context(), w, func(cfg config.Config, db *store.DB) error {
				desk, err := roster.New(roster.Options{DB: db, Now: w.now, MaxBytes: cfg.UploadLimit})
				if err != nil {
					return err
				}
				content, err := readRoster(args[0], desk.MaxBytes())
				if err != nil {
					return err
				}
				return importRoster(cmd, desk, content, filepath.Base(args[0]), dryRun)
			})
		},
	}
	one.Flags().BoolVar(&dryRun, "dry-run", false, "只显示会有哪些变化，不写入数据库")
	cmd.AddCommand(one)
	return cmd
}

// readRoster reads a file, but not much more of it than may be.
func readRoster(path string, most int64) (content []byte, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file to read
	if err != nil {
		return nil, fmt.Errorf("打不开文件：%w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if content, err = io.ReadAll(io.LimitReader(file, most+1)); err != nil {
		return nil, fmt.Errorf("文件读不出来：%w", err)
	}
	return content, nil
}

func importRoster(cmd *cobra.Command, desk *roster.Service, content []byte, name string, dryRun bool) error {
	by := model.SystemActor("command line")
	report, err := desk.Preview(cmd.Context(), by, content)
	if err == nil && !dryRun && report.ProblemCount == 0 {
		report, err = desk.Import(cmd.Context(), by, content, roster.Agreed{Basis: report.Basis, FileName: name})
	}
	if f := fault.Of(err); f != nil && len(f.Fields) > 0 {
		return errors.New(f.Fields[0].Reason)
	}
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if dryRun {
		printRows(out, report)
	}
	printReport(out, report)
	switch {
	case report.ProblemCount > 0:
		return errRoster
	case dryRun:
		_, err = fmt.Fprintln(out, "这是预览，没有写入。去掉 --dry-run 即可导入。")
	default:
		_, err = fmt.Fprintln(out, "已导入。")
	}
	return err
}

// rowsShown is how many rows a preview shows.
const rowsShown = 1000

var rowWords = map[roster.Verdict]string{
	roster.VerdictNew: "新增", roster.VerdictChanged: "修改", roster.VerdictUnchanged: "不变", roster.VerdictWrong: "有误",
}

// printRows shows what would become of each row that is not unchanged.
func printRows(out io.Writer, report roster.Report) {
	shown := 0
	for _, e := range report.Entries {
		if e.Verdict == roster.VerdictUnchanged {
			continue
		}
		if shown++; shown > rowsShown {
			_, _ = fmt.Fprintf(out, "……只显示前 %d 行。\n", rowsShown)
			break
		}
		_, _ = fmt.Fprintf(out, "%s 第 %d 行  %s  %s", e.Sheet, e.Row, rowWords[e.Verdict], e.Name)
		if e.Verdict == roster.VerdictChanged {
			for _, c := range e.Changes {
				_, _ = fmt.Fprintf(out, "  %s：%s → %s", c.Column, orNothing(c.Old), orNothing(c.New))
			}
		}
		_, _ = fmt.Fprintln(out)
	}
}

func orNothing(s string) string {
	if s == "" {
		return "（空）"
	}
	return "“" + strings.ReplaceAll(s, "\n", " ") + "”"
}

// printReport shows the problems, the notes and the sums.
func printReport(out io.Writer, report roster.Report) {
	for _, n := range report.Notes {
		_, _ = fmt.Fprintf(out, "提示 %s：%s\n", n.Spot, n.Words)
	}
	for _, p := range report.Problems {
		_, _ = fmt.Fprintf(out, "有误 %s：%s\n", p.Spot, p.Words)
	}
	if more := report.ProblemCount - len(report.Problems); more > 0 {
		_, _ = fmt.Fprintf(out, "……还有 %d 处有误没有列出。\n", more)
	}
	_, _ = fmt.Fprintln(out, "工作表\t新增\t修改\t不变\t有误")
	for _, t := range report.Tallies {
		_, _ = fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\n", t.Sheet, t.New, t.Changed, t.Unchanged, t.Wrong)
	}
	if report.Untouched > 0 {
		_, _ = fmt.Fprintf(out, "系统里有而文件里没有的代表：%d 人，保持不变。\n", report.Untouched)
	}
	if report.ProblemCount > 0 {
		_, _ = fmt.Fprintf(out, "共 %d 处有误。\n", report.ProblemCount)
	}
}

// rosterLayout tells the layout of a file for who asks for help.
func rosterLayout() string {
	var b strings.Builder
	sheet := ""
	for _, words := range roster.Instructions()[1:] {
		if words[0] != sheet {
			sheet = words[0]
			b.WriteString("\n" + sheet + "：\n")
		}
		b.WriteString("  " + words[1] + "  " + words[2] + "\n")
	}
	return b.String()
}

func exportCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "export", Short: "导出"}
	var template, force bool
	one := &cobra.Command{
		Use:   "roster FILE.xlsx",
		Short: "导出名册，或空白模板",
		Long:  "把名册导出成 Excel 文件，格式与导入的相同：改好后可以再导入，没有改的行不会有任何变化。\n\n加 --template 得到带示例和下拉列表的空白模板，不需要数据库。",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if template {
				return writeRoster(cmd, args[0], force, roster.Template)
			}
			return withDatabase(cmd.Context(), w, func(cfg config.Config, db *store.DB) error {
				desk, err := roster.New(roster.Options{DB: db, Now: w.now, MaxBytes: cfg.UploadLimit})
				if err != nil {
					return err
				}
				return writeRoster(cmd, args[0], force, func(to io.Writer) error {
					return desk.Export(cmd.Context(), model.SystemActor("command line"), to)
				})
			})
		},
	}
	one.Flags().BoolVar(&template, "template", false, "导出空白模板")
	one.Flags().BoolVar(&force, "force", false, "文件已存在时覆盖")
	cmd.AddCommand(one)
	return cmd
}

// writeRoster writes a file beside its place and then puts it there, so that
// there is never half a file under the name.
func writeRoster(cmd *cobra.Command, path string, force bool, write func(io.Writer) error) (err error) {
	if _, err := os.Stat(path); err == nil && !force {
		return fmt.Errorf("文件 %s 已经存在，加 --force 覆盖", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".lianxin-*.xlsx")
	if err != nil {
		return fmt.Errorf("写不了文件：%w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := errors.Join(write(file), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("写不了文件：%w", err)
	}
	cmd.Println("已写入 " + path + "。")
	return nil
}
