package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// forAccount makes a command that does something to a staff account, for when
// nobody can sign in any more who could do it at the console.
func forAccount(w world, use, short, done string, do func(ctx context.Context, accounts *account.Service, personID string) error) *cobra.Command {
	var login string
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return withKeys(ctx, w, func(keys *sealed.Keys, db *store.DB) error {
				accounts, err := account.New(account.Options{DB: db, Now: w.now, WeChat: noWeChat{}, Keys: keys})
				if err != nil {
					return err
				}
				personID, err := accounts.PersonOfLogin(ctx, byCommand, login)
				if err != nil {
					return explain(err)
				}
				if err := do(ctx, accounts, personID); err != nil {
					return explain(err)
				}
				cmd.Println(fmt.Sprintf(done, login))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&login, "login", "", "登录名")
	if err := cmd.MarkFlagRequired("login"); err != nil {
		panic(err) // the flag is misspelt above
	}
	return cmd
}

// byCommand is who does what the command line does.
var byCommand = model.SystemActor("command line")

func resetTOTPCommand(w world) *cobra.Command {
	cmd := forAccount(w, "reset-totp", "重置身份验证器（手机丢失、恢复码也用完时）", "已重置 %s 的身份验证器，所有登录已退出。请本人用密码登录后重新绑定。",
		func(ctx context.Context, accounts *account.Service, personID string) error {
			return accounts.ResetTOTP(ctx, byCommand, personID)
		})
	cmd.Long = "取消一个账号的身份验证器和恢复码，让它在所有设备上退出登录。请先核实是本人提出的；本人会收到通知，审计日志有记录。"
	return cmd
}

func resetPasswordCommand(w world) *cobra.Command {
	cmd := forAccount(w, "reset-password", "重置密码（忘记密码时）", "已重置 %s 的密码，所有登录已退出。请本人登录后立即修改密码。",
		func(ctx context.Context, accounts *account.Service, personID string) error {
			password, err := readPassword(w)
			if err != nil {
				return err
			}
			return accounts.ResetPassword(ctx, byCommand, personID, password)
		})
	cmd.Long = "给一个账号换新密码，让它在所有设备上退出登录。新密码从标准输入读取一行，不出现在命令行里：\n\n  read -rs P; echo \"$P\" | lianxin admin reset-password --login zhangsan\n\n请先核实是本人提出的；本人会收到通知，审计日志有记录。"
	return cmd
}

func unlockCommand(w world) *cobra.Command {
	cmd := forAccount(w, "unlock", "清除输错密码的限制", "已清除 %s 输错密码的限制。",
		func(ctx context.Context, accounts *account.Service, personID string) error {
			return accounts.Unlock(ctx, byCommand, personID)
		})
	cmd.Long = "有人反复猜一个账号的密码时，没有在用过的设备上登录的人会被要求等待。核实是本人后，用它让本人立即可以登录。"
	return cmd
}
