package listings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Read reads the listings at a path, of whichever format is found there. What
// could not be read is among the problems; err is that there is nothing at all.
func Read(name string) (list []*Listing, problems []Problem, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case info.IsDir():
		return readFolder(name)
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s: expected a plain file or a folder", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var head [4]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if strings.HasPrefix(string(head[:n]), "PK") {
		if info.Size() > maxArchive {
			return nil, []Problem{{File: name, What: fmt.Sprintf("expected at most %d bytes, found %d", maxArchive, info.Size())}}, nil
		}
		s, err := openZip(name, f, info.Size())
		if err != nil {
			return nil, []Problem{{File: name, What: fmt.Sprintf("not readable as a zip file: %v", err)}}, nil
		}
		if l := s.teamsPackage(); l != nil {
			list = append(list, l)
		}
		return list, s.problems, nil
	}
	if info.Size() > maxDocument {
		return nil, []Problem{{File: name, What: fmt.Sprintf("expected at most %d bytes, found %d", maxDocument, info.Size())}}, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxDocument))
	if err != nil {
		return nil, nil, err
	}
	doc, err := parse(data)
	if err != nil {
		p := Problem{File: name, What: err.Error()}
		if u, ok := errors.AsType[unreadable](err); ok {
			p.Line = u.line
		}
		return nil, []Problem{p}, nil
	}
	if filepath.Base(name) == manifest && doc.get("manifestVersion") != nil {
		return readFolder(filepath.Dir(name))
	}
	list, problems = fromDocument(name, doc)
	return list, problems, nil
}

// readFolder reads an unpacked Teams app package, or fastlane's metadata. Links
// that lead out of the folder are not followed.
func readFolder(name string) ([]*Listing, []Problem, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	s := &source{name: filepath.ToSlash(name), files: root.FS()}
	var list []*Listing
	if s.isFile(manifest) {
		if l := s.teamsPackage(); l != nil {
			list = append(list, l)
		}
	} else {
		list = s.fastlane()
		if l := s.gradlePlay(); l != nil {
			list = append(list, l)
		}
	}
	if len(list) == 0 && len(s.problems) == 0 {
		s.problems = append(s.problems, Problem{File: name, What: "expected a Teams app package (manifest.json), fastlane's metadata (fastlane/metadata) or the Gradle Play Publisher's (src/main/play/listings), found none"})
	}
	return list, s.problems, nil
}
