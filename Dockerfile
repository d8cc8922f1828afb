FROM swift:6.3-bookworm AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends libcurl4-openssl-dev libpq-dev libsqlite3-dev pkg-config zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /holdfast
COPY . .
RUN swift build -c release --product holdfast \
  && install -D "$(swift build -c release --show-bin-path)/holdfast" /out/holdfast

FROM swift:6.3-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libcurl4 libpq5 libsqlite3-0 tzdata zlib1g \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --create-home --home-dir /var/lib/holdfast holdfast
COPY --from=build /out/holdfast /usr/local/bin/holdfast
# A configuration to begin with: mount your own over it.
RUN holdfast init /etc/holdfast
USER holdfast
WORKDIR /var/lib/holdfast
ENV HOLDFAST_CONFIG=/etc/holdfast HOLDFAST_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["holdfast"]
CMD ["serve"]
