package raster

// Hold takes one of the places among the decoders until the answer is called.
func Hold(n *Normalizer) func() {
	n.slots <- struct{}{}
	return func() { <-n.slots }
}
