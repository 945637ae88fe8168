//! Extended attributes of files, as far as the system has the calls of Linux for them. Elsewhere, as
//! on the BSDs, no file has any.

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod system {
    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
    use rustix::io::{Errno, Result};
    use std::ffi::{CStr, CString};
    use std::fs::File;

    /// Returns their names. Most files have none.
    pub(crate) fn names(file: &File) -> Result<Vec<CString>> {
        let mut list = vec![0_u8; 1024];
        let length = match flistxattr(file, &mut list[..]) {
            Err(Errno::RANGE) => {
                list.resize(64 << 10, 0);
                flistxattr(file, &mut list[..])?
            }
            length => length?,
        };
        let names = list[..length].split(|&byte| byte == 0).filter(|name| !name.is_empty());
        names.map(|name| CString::new(name).map_err(|_| Errno::INVAL)).collect()
    }

    /// Returns the value of one.
    pub(crate) fn get(file: &File, name: &CStr) -> Result<Vec<u8>> {
        let mut value = vec![0_u8; 64 << 10];
        let length = fgetxattr(file, name, &mut value[..])?;
        value.truncate(length);
        Ok(value)
    }

    /// Creates one, or changes its value.
    pub(crate) fn set(file: &File, name: &CStr, value: &[u8]) -> Result<()> {
        fsetxattr(file, name, value, XattrFlags::empty())
    }

    /// Removes one.
    pub(crate) fn remove(file: &File, name: &CStr) -> Result<()> {
        fremovexattr(file, name)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    use rustix::io::{Errno, Result};
    use std::ffi::{CStr, CString};
    use std::fs::File;

    pub(crate) fn names(_: &File) -> Result<Vec<CString>> {
        Ok(Vec::new())
    }

    pub(crate) fn get(_: &File, _: &CStr) -> Result<Vec<u8>> {
        Err(Errno::NOTSUP)
    }

    pub(crate) fn set(_: &File, _: &CStr, _: &[u8]) -> Result<()> {
        Err(Errno::NOTSUP)
    }

    pub(crate) fn remove(_: &File, _: &CStr) -> Result<()> {
        Err(Errno::NOTSUP)
    }
}

pub(super) use system::{get, names, remove, set};
