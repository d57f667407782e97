// Package web holds the built front ends, so that the program needs nothing
// beside itself. They are built from the npm roots beside this file and committed;
// nothing here is written by hand.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist/console all:dist/h5
var built embed.FS

// Console gives the files of the staff console.
func Console() fs.FS { return folder("dist/console") }

// Phone gives the files of the pages for phones, as they open in the official
// account (H5).
func Phone() fs.FS { return folder("dist/h5") }

func folder(name string) fs.FS {
	files, err := fs.Sub(built, name)
	if err != nil {
		panic(err) // the path is a constant
	}
	return files
}
