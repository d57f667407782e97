package store_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"lianxin/service/store"
)

// numbers lists the numbers below n.
func numbers(n int) func(store.Page) ([]int, string, error) {
	return func(page store.Page) (rows []int, next string, err error) {
		from := 0
		if page.After != "" {
			if from, err = strconv.Atoi(page.After); err != nil {
				return nil, "", err
			}
		}
		for i := from; i < n; i++ {
			if len(rows) == page.Rows() {
				return rows, strconv.Itoa(i), nil
			}
			rows = append(rows, i)
		}
		return rows, "", nil
	}
}

func TestAWalkGoesThroughEveryPageAndNoFurtherThanItMay(t *testing.T) {
	for _, c := range []struct{ there, most, want int }{{0, 10, 0}, {7, 10, 7}, {store.MaxLimit, 1000, store.MaxLimit}, {250, 1000, 250}, {250, 120, 120}} {
		var seen []int
		for n, err := range store.Walk(c.most, numbers(c.there)) {
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, n)
		}
		if len(seen) != c.want || !slices.IsSorted(seen) {
			t.Errorf("%d of %d rows, at most %d", len(seen), c.there, c.most)
		}
	}
}

func TestAWalkStopsAtAPageThatCannotBeRead(t *testing.T) {
	broken := errors.New("broken")
	pages := 0
	var failed error
	for _, err := range store.Walk(1000, func(store.Page) ([]int, string, error) {
		if pages++; pages == 2 {
			return nil, "", broken
		}
		return []int{1}, "more", nil
	}) {
		failed = err
	}
	if !errors.Is(failed, broken) || pages != 2 {
		t.Errorf("%d pages, %v", pages, failed)
	}
}
