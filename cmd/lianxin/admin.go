package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/audit"
	"lianxin/service/pinyin"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

func adminCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "admin", Short: "工作人员账号"}
	cmd.AddCommand(adminAddCommand(w), resetTOTPCommand(w), resetPasswordCommand(w), unlockCommand(w))
	return cmd
}

func adminAddCommand(w world) *cobra.Command {
	var staff account.NewStaff
	var area string
	cmd := &cobra.Command{
		Use:   "add",
		Short: "开通工作人员账号（第一个账号用它开通）",
		Long:  "开通一个工作人员账号。密码从标准输入读取一行，不出现在命令行里：\n\n  read -rs P; echo \"$P\" | lianxin admin add --login admin --name 张三 --area 临江区\n\n数据库里还没有任何区域时，会按 --area 建立最上一级区域。",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			if staff.Password, err = readPassword(w); err != nil {
				return err
			}
			return withKeys(ctx, w, func(keys *sealed.Keys, db *store.DB) error {
				if staff.AreaID, err = findArea(ctx, w, db, area); err != nil {
					return err
				}
				accounts, err := account.New(account.Options{DB: db, Now: w.now, WeChat: noWeChat{}, Keys: keys})
				if err != nil {
					return err
				}
				if _, err := accounts.AddStaff(ctx, model.SystemActor("command line"), staff); err != nil {
					return explain(err)
				}
				cmd.Println("已开通账号 " + staff.Login + "。")
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&staff.Login, "login", "", "登录名（小写字母、数字和 . _ @ -）")
	cmd.Flags().StringVar(&staff.Name, "name", "", "姓名")
	cmd.Flags().StringVar((*string)(&staff.Role), "role", string(model.RoleAdministrator), "角色：administrator、liaison_officer、publicity_officer、organisation_officer、guardian、auditor")
	cmd.Flags().StringVar(&area, "area", "", "负责的区域名称")
	for _, name := range []string{"login", "name", "area"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // a flag is misspelt above
		}
	}
	return cmd
}

func readPassword(w world) (string, error) {
	line := bufio.NewScanner(w.stdin)
	if !line.Scan() {
		return "", fmt.Errorf("%w：请从标准输入给出密码", errUsage)
	}
	return line.Text(), nil
}

// findArea finds an area by its name. The very first one is made: a new
// deployment has no areas, and its administrator needs one.
func findArea(ctx context.Context, w world, db *store.DB, name string) (string, error) {
	var id string
	err := store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		areas, err := store.From[model.Area](tx).Where("name = ?", name).Order("path").Find(ctx)
		if err != nil {
			return err
		}
		if len(areas) > 0 {
			id = areas[0].ID
			return nil
		}
		known, err := store.From[model.Area](tx).Count(ctx, "*")
		if err != nil {
			return err
		}
		if known > 0 {
			return fmt.Errorf("%w：没有名为“%s”的区域", errUsage, name)
		}
		keys := pinyin.PlaceKeysFor(name)
		id = model.NewID()
		top := model.Area{ID: id, Level: model.LevelDistrict, Name: name, Pinyin: keys.Pinyin, Initials: keys.Initials, Path: id + "/"}
		if err := store.From[model.Area](tx).Create(ctx, &top); err != nil {
			return err
		}
		return audit.Record(ctx, tx, model.SystemActor("command line"), "area.add", audit.Target{Kind: "area", ID: id, AreaPath: top.Path, Detail: name}, w.now())
	})
	if err != nil {
		return "", fmt.Errorf("查找区域：%w", err)
	}
	return id, nil
}

// noWeChat stands where a command needs accounts and no WeChat.
type noWeChat struct{}

var errNoWeChat = errors.New("this command does not speak to WeChat")

func (noWeChat) MiniIdentity(context.Context, string) (openID, unionID string, err error) {
	return "", "", errNoWeChat
}

func (noWeChat) OfficialIdentity(context.Context, string) (openID, unionID string, err error) {
	return "", "", errNoWeChat
}
func (noWeChat) PhoneNumber(context.Context, string) (string, error) { return "", errNoWeChat }

// explain puts the fields of a fault into one line each.
func explain(err error) error {
	f := fault.Of(err)
	if f == nil {
		return err
	}
	lines := []string{f.Words}
	for _, field := range f.Fields {
		lines = append(lines, "  "+field.Name+"："+field.Reason)
	}
	return fmt.Errorf("%w\n%s", errUsage, strings.Join(lines, "\n"))
}
