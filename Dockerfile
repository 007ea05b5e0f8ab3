# docker build -t augment . && docker run --rm -v "$PWD:/data" augment run recipes/photos.yaml
FROM python:3.12-slim
COPY pyproject.toml README.md LICENSE /source/
COPY augcli /source/augcli
RUN pip install --no-cache-dir /source && rm -r /source && useradd --uid 1000 --create-home augment
USER augment
WORKDIR /data
ENTRYPOINT ["augment"]
CMD ["--help"]
