package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

func keysCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "字段加密的密钥：生成、查看用量、更换",
		Long: "手机号等字段在数据库里加密存放，密钥只在配置 LIANXIN_FIELD_KEYS 里。请把密钥另存一份：丢了就再也读不出来。\n\n" +
			"更换密钥，服务不必停：\n" +
			"  1. lianxin keys new 生成新密钥，加在 LIANXIN_FIELD_KEYS 的末尾，逐台重启；\n" +
			"  2. 把新密钥移到最前面，逐台重启，新写入的开始用它；\n" +
			"  3. lianxin keys rotate，把旧数据换成新密钥；\n" +
			"  4. lianxin keys status 显示旧密钥用量为 0 后，从配置里删去。",
	}
	cmd.AddCommand(keysNewCommand(w), keysStatusCommand(w), keysRotateCommand(w))
	return cmd
}

func keysNewCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "new",
		Short: "生成一个新密钥",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.Println(newFieldKey("k" + w.now().Format("060102")))
			return nil
		},
	}
}

// newFieldKey makes a key as LIANXIN_FIELD_KEYS takes it.
func newFieldKey(id string) string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails, by its documentation
	return id + ":" + hex.EncodeToString(secret)
}

func keysStatusCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "每个密钥加密了多少数据",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withKeys(cmd.Context(), w, func(keys *sealed.Keys, db *store.DB) error {
				usages, err := keys.Usages(cmd.Context(), db)
				if err != nil {
					return err
				}
				if len(usages) == 0 {
					cmd.Println("还没有加密的数据。")
				}
				for _, u := range usages {
					cmd.Println(usageWords(u))
				}
				return nil
			})
		},
	}
}

func usageWords(u sealed.Usage) string {
	switch {
	case u.KeyID == "":
		return fmt.Sprintf("%s：%d 条没有加密，请运行 lianxin keys rotate", u.Column, u.Values)
	case !u.Known:
		return fmt.Sprintf("%s：%d 条用密钥 %s 加密，但配置里没有这个密钥，读不出来", u.Column, u.Values, u.KeyID)
	}
	return fmt.Sprintf("%s：%d 条用密钥 %s 加密", u.Column, u.Values, u.KeyID)
}

func keysRotateCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "rotate",
		Short: "把旧数据换成用排在最前面的密钥加密",
		Long:  "把不是用 LIANXIN_FIELD_KEYS 里第一个密钥加密的数据重新加密。可以随时中断、重复运行，服务不必停。",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withKeys(cmd.Context(), w, func(keys *sealed.Keys, db *store.DB) error {
				n, err := keys.Rotate(cmd.Context(), db, w.now, func(done int) { cmd.PrintErrln(fmt.Sprintf("已换 %d 条…", done)) })
				if errors.Is(err, sealed.ErrUnknownKey) {
					return fmt.Errorf("有数据的密钥不在配置里，已换 %d 条后停下。请把原来的密钥加回 LIANXIN_FIELD_KEYS 的末尾再运行：%w", n, err)
				}
				if err != nil {
					return err
				}
				cmd.Println(fmt.Sprintf("完成，共换 %d 条。", n))
				return nil
			})
		},
	}
}

// withKeys gives a command the ring of keys and an open database.
func withKeys(ctx context.Context, w world, do func(keys *sealed.Keys, db *store.DB) error) error {
	return withDatabase(ctx, w, func(cfg config.Config, db *store.DB) error {
		keys, err := fieldKeys(cfg)
		if err != nil {
			return err
		}
		return do(keys, db)
	})
}

// fieldKeys makes the ring of keys that the configuration names.
func fieldKeys(cfg config.Config) (*sealed.Keys, error) {
	if len(cfg.FieldKeys) == 0 {
		return nil, fmt.Errorf("%w：请先设置 LIANXIN_FIELD_KEYS，可用 lianxin keys new 生成", errUsage)
	}
	ring := make([]sealed.Key, 0, len(cfg.FieldKeys))
	for _, k := range cfg.FieldKeys {
		secret, err := hex.DecodeString(k.Secret.Reveal())
		if err != nil {
			return nil, fmt.Errorf("LIANXIN_FIELD_KEYS 的密钥 %s 不是十六进制数", k.ID)
		}
		ring = append(ring, sealed.Key{ID: k.ID, Secret: secret})
	}
	return sealed.New(ring...)
}

// sealWhatIsClear seals what an earlier version left in clear. It does nothing,
// and needs no key, when nothing is.
func sealWhatIsClear(ctx context.Context, w world, cfg config.Config, db *store.DB) error {
	inClear, err := sealed.AnyClear(ctx, db)
	if err != nil || !inClear {
		return err
	}
	keys, err := fieldKeys(cfg)
	if err != nil {
		return fmt.Errorf("数据库里的手机号还没有加密：%w", err)
	}
	_, err = keys.Rotate(ctx, db, w.now, func(int) {})
	return err
}

// demandKeys refuses to serve with data that cannot be read.
func demandKeys(ctx context.Context, keys *sealed.Keys, db *store.DB) error {
	stray, found, err := keys.Stray(ctx, db)
	if err != nil || !found {
		return err
	}
	return errors.New("有数据读不出来。" + usageWords(stray) + "。请检查 LIANXIN_FIELD_KEYS")
}
