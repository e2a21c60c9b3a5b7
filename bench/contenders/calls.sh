# What GNU parallel runs for a module: three calls one after the other, the last reply to a file.
# Arguments: URL of the model, folder for replies, module.
for call in review fix 'review again'; do
  curl -sS -H 'content-type: application/json' -o "$2/$3.json" \
    -d "{\"contents\":[{\"parts\":[{\"text\":\"$call of module $3\"}]}]}" "$1" || exit 1
done
