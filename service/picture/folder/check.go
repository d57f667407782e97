package folder

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"lianxin/model/fault"
)

var (
	checkContent = []byte("lianxin storage check\n")
	// errSpoiled says that what was read is not what was written.
	errSpoiled = errors.New("what was read is not what was written")
)

// checkAgain is when to try again after a check that failed.
const checkAgain = time.Minute

// Check puts a small file aside, reads it and removes it. Fault: unavailable,
// with words for the administrator that say what to do.
func (f *Folder) Check(ctx context.Context) error {
	name := "00/check-" + strings.ToLower(rand.Text())
	err := f.Put(ctx, name, checkContent)
	if err == nil {
		err = errors.Join(f.checkOpen(ctx, name), f.Remove(ctx, name))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", fault.Unavailable("图片目录不能用："+words(err), checkAgain), err)
	}
	return nil
}

func (f *Folder) checkOpen(ctx context.Context, name string) error {
	file, err := f.Open(ctx, name)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("folder: read: %w", err)
	}
	if !bytes.Equal(content, checkContent) {
		return errSpoiled
	}
	return nil
}

func words(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "磁盘已满或配额已用完。请清理或扩容，图片在 LIANXIN_DATA 下的 pictures 目录。"
	case errors.Is(err, fs.ErrPermission):
		return "没有权限。请让运行本程序的用户可以读写 LIANXIN_DATA 下的 pictures 目录。"
	case errors.Is(err, syscall.EROFS):
		return "磁盘是只读的。请检查 LIANXIN_DATA 所在的磁盘。"
	case errors.Is(err, fs.ErrNotExist):
		return "目录在运行中被移走了。请恢复 LIANXIN_DATA 下的 pictures 目录，再重启服务。"
	}
	return "读写失败。请检查 LIANXIN_DATA 所在的磁盘。"
}
