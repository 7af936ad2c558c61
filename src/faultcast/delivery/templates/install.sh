#!/bin/sh
# Puts faultcast's update script on this server; run it as root. Running it again updates the script
# and keeps what serves.
set -eu

for tool in docker nginx python3; do
    command -v "$tool" >/dev/null || { echo "install $tool first" >&2; exit 1; }
done
mkdir -p {{ folder }}
cat > {{ folder }}/update.new <<'END_OF_UPDATE'
{{ update }}
END_OF_UPDATE
chmod 755 {{ folder }}/update.new
mv {{ folder }}/update.new {{ folder }}/update
cat > {{ folder }}/target.json <<'END_OF_TARGET'
{{ target }}
END_OF_TARGET
[ -e {{ folder }}/upstream.conf ] || echo 'server 127.0.0.1:{{ first_port }} down;  # nothing yet' > {{ folder }}/upstream.conf
[ -e {{ folder }}/container.env ] || (
    umask 077
    echo '# FAULTCAST_API_KEYS=NAME:ROLE:SHA256,...  (faultcast api-key NAME makes them)' > {{ folder }}/container.env
)
cat > {{ nginx_folder }}/faultcast.conf <<'END_OF_NGINX'
{{ site }}
END_OF_NGINX
{{ nginx }} -t
{{ nginx }} -s reload 2>/dev/null || echo "start nginx"
echo "Installed in {{ folder }}. One key may deploy; add it to ~/.ssh/authorized_keys of a user who may use Docker and nginx:"
echo 'restrict,command="{{ folder }}/update" ssh-ed25519 AAAA... deploy'
