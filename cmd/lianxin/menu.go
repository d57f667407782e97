package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/service/conversation"
	"lianxin/service/wechat"
)

// standardMenu is the menu of the official account; its keys are answered by
// service/conversation.
func standardMenu() []wechat.MenuButton {
	click := func(name, key string) wechat.MenuButton {
		return wechat.MenuButton{Type: wechat.ButtonClick, Name: name, Key: key}
	}
	return []wechat.MenuButton{
		click("找代表", conversation.KeyFindRepresentative),
		click("动态", conversation.KeyLatestArticles),
		{Name: "我的", Children: []wechat.MenuButton{
			click("我的来信", conversation.KeyMyMessages),
			click("怎么用", conversation.KeyHowTo),
		}},
	}
}

func menuCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "menu",
		Short: "把标准菜单发布到公众号",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := config.LoadServing(w.lookup)
			if err != nil {
				return err
			}
			log := newLog(w.stderr, cfg)
			db, err := openDatabase(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			a, err := build(cfg, db, w.now, log)
			if err != nil {
				return err
			}
			defer a.gateway.Close()
			if err := a.publishMenu(cmd.Context()); err != nil {
				return err
			}
			cmd.Println("菜单已发布。用户重新进入公众号或 5 分钟后可以看到。")
			return nil
		},
	}
}

func (a *app) publishMenu(ctx context.Context) error {
	if err := a.gateway.SetMenu(ctx, standardMenu()); err != nil {
		return fmt.Errorf("发布菜单：%w", err)
	}
	return nil
}
