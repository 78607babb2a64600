# A render node: labelpass with Blender as a Python module, for processors and NVIDIA GPUs. docs/scale.md says how to use it.
#   docker build -t labelpass:0.1.0 .
FROM debian:bookworm-slim

# One build of Blender, since another may render other pixels: the one that the tests pass with.
ARG BPY=4.5.15

# Debian 12 has the Python that bpy is made for. The libraries are what bpy links to, also where there is no display.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv tini \
      libgl1 libice6 libsm6 libx11-6 libxext6 libxfixes3 libxi6 libxkbcommon0 libxrender1 \
 && rm -rf /var/lib/apt/lists/*

# What changes seldom comes first, so that a new labelpass does not install Blender anew; it is named again beside
# labelpass, or pip would install a NumPy that bpy cannot have.
ENV PATH=/opt/labelpass/bin:$PATH
RUN python3 -m venv /opt/labelpass \
 && pip install --no-cache-dir "bpy==$BPY"
COPY . /src
RUN pip install --no-cache-dir "/src[dask]" "bpy==$BPY" \
 && rm -rf /src \
 && install -d -m 1777 /var/cache/labelpass \
 && useradd --uid 1000 --home-dir /var/cache/labelpass --no-create-home render

LABEL org.opencontainers.image.title="labelpass" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"

# The driver comes from the host: compute is CUDA, graphics is OptiX, utility is nvidia-smi, which counts GPUs.
# For GPUs that Cycles brings no kernels for it compiles some, below HOME, where any user may write: a volume keeps them.
ENV LANG=C.UTF-8 \
    NVIDIA_DRIVER_CAPABILITIES=compute,graphics,utility \
    HOME=/var/cache/labelpass \
    OPTIX_CACHE_PATH=/var/cache/labelpass/optix

USER 1000:1000
# tini hands signals on and buries what died, which process 1 has to do and Python does not.
ENTRYPOINT ["tini", "--", "labelpass"]
CMD ["--help"]
