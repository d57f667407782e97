// Package web holds the built front ends, so that the program needs nothing
// beside itself. They are built from the npm roots beside this file and committed;
// nothing here is written by hand.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist/console
var built embed.FS

// Console gives the files of the staff console.
func Console() fs.FS {
	files, err := fs.Sub(built, "dist/console")
	if err != nil {
		panic(err) // the path is a constant
	}
	return files
}
