// Package model is the ground floor: the records of the product, the workflows
// they go through, and who may do what. It is plain data that anybody may read;
// it knows nothing of databases, HTTP or WeChat.
package model
