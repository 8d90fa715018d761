module example.com/old-app

go 1.13

require (
	github.com/gin-gonic/gin v1.6.0
	golang.org/x/text v0.3.2
)
