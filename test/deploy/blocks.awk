# Takes the ```sh blocks out of a page, each as a file of its own: <number>-<run|not>. The first line of a file is a comment:
# the path (the session) of a block that runs, the reason of one that does not.
#   <!-- path: NAME -->        from here on blocks belong to this session
#   <!-- not run: REASON -->   the next block is not run
/^<!-- path: .* -->$/ { path = $0; gsub(/^<!-- path: | -->$/, "", path) }
/^<!-- not run: .* -->$/ { reason = $0; gsub(/^<!-- not run: | -->$/, "", reason) }
/^```sh$/ {
  inside = 1
  file = sprintf("%s/%03d-%s", out, ++count, reason == "" ? "run" : "not")
  print "# " (reason == "" ? path : reason) > file
  next
}
/^```/ && inside { inside = 0; reason = ""; close(file) }
inside { print > file }
