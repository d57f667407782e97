package trial_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"lianxin/model"
)

// insideDisk names the variable that tells a test that it runs where it may
// mount a disk; it holds the path of the program.
const insideDisk = "LIANXIN_TRIAL_DISK"

// withDisk runs the test once more in a process that sees mounts of its own, so
// that it may mount a disk without being root and nothing is left mounted
// whatever becomes of it. It reports whether this is that process.
func withDisk(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideDisk) != "" {
		return true
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), insideDisk+"="+path)
	again.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if id := os.Getuid(); id != 0 {
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := again.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM), bytes.Contains(out, []byte("--- SKIP")):
		t.Skipf("needs a small disk, and this machine does not let us mount one: %v\n%s", err, out)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	default:
		t.Logf("%s", out)
	}
	return false
}

// disk is a small disk of the program's own that a test fills and frees.
type disk struct {
	tb   testing.TB
	root string
}

// newDisk makes a disk of 24 MB.
func newDisk(tb testing.TB) disk {
	tb.Helper()
	d := disk{tb: tb, root: tb.TempDir()}
	if err := syscall.Mount("none", d.root, "tmpfs", 0, "size=24m"); err != nil {
		tb.Skip(err)
	}
	tb.Cleanup(func() { _ = syscall.Unmount(d.root, syscall.MNT_DETACH) })
	return d
}

func (d disk) inside(name string) string { return filepath.Join(d.root, name) }

// fill takes every byte that is left; free gives them back.
func (d disk) fill() (free func()) {
	d.tb.Helper()
	path := d.inside("filler")
	file, err := os.Create(path)
	if err != nil {
		d.tb.Fatal(err)
	}
	for piece := make([]byte, 64<<10); len(piece) > 0; {
		if _, err = file.Write(piece); err != nil {
			piece = piece[:len(piece)/2]
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.tb.Fatalf("the disk was not filled: %v", err)
	}
	return func() {
		if err := errors.Join(file.Close(), os.Remove(path)); err != nil {
			d.tb.Fatal(err)
		}
	}
}

// picture uploads a picture of noise, which does not shrink.
func (o *person) picture() (asked, error) {
	canvas := image.NewGray(image.Rect(0, 0, 600, 400))
	seed := uint32(1)
	for i := range canvas.Pix {
		seed = seed*1664525 + 1013904223
		canvas.Pix[i] = byte(seed >> 24)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "noise.png")
	if err != nil {
		return asked{}, err
	}
	if err := errors.Join(png.Encode(part, canvas), form.Close()); err != nil {
		return asked{}, err
	}
	request, err := http.NewRequestWithContext(o.tb.Context(), http.MethodPost, "http://"+o.replicas[0].address+"/api/v1/pictures", &body)
	if err != nil {
		return asked{}, err
	}
	for name, value := range map[string]string{
		"Content-Type": form.FormDataContentType(), "Authorization": "Bearer " + o.token, "Idempotency-Key": model.NewID(), "X-Forwarded-For": o.address,
	} {
		request.Header.Set(name, value)
	}
	response, err := caller.Do(request)
	if err != nil {
		return asked{}, err
	}
	read, err := io.ReadAll(response.Body)
	return asked{response.StatusCode, response.Header, read}, errors.Join(err, response.Body.Close())
}
