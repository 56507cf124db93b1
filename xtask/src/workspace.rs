//! Metadata of the workspace.

use std::path::{Path, PathBuf};

use anyhow::Context;
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package, TargetKind};

/// Manifests of the workspace and of all dependencies.
#[derive(Debug)]
pub(crate) struct Workspace {
    metadata: Metadata,
}

impl Workspace {
    /// Returns the metadata of the workspace of this program, with all features enabled.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .features(CargoOpt::AllFeatures)
            .other_options(["--locked".to_owned()])
            .exec()
            .context("cargo metadata failed")?;
        Ok(Self { metadata })
    }

    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    pub(crate) fn target_dir(&self) -> PathBuf {
        self.metadata.target_directory.clone().into_std_path_buf()
    }

    /// Returns the packages that are published, libraries and commands.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        let packages = self.metadata.workspace_packages();
        packages
            .into_iter()
            .filter(|package| package.publish.as_deref() != Some(&[]))
    }

    /// Returns the published packages that others can depend on: those with a library.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.published().filter(|package| {
            let mut targets = package.targets.iter();
            targets.any(|target| target.kind.contains(&TargetKind::Lib))
        })
    }
}
