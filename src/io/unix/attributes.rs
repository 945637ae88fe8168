//! Owner, mode, times, ACL and extended attributes of a file.

use super::xattr;
use rustix::fs::{Gid, Uid, fchown};
use std::ffi::{CStr, CString};
use std::fs::{File, FileTimes, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::SystemTime;

/// The attributes of a file, to be copied to another file.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    /// The metadata when the file was opened.
    pub(crate) metadata: Metadata,
    extended: Vec<(CString, Vec<u8>)>,
}

/// A file's owner and group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    user: u32,
    group: u32,
}

impl From<&Metadata> for Owner {
    fn from(metadata: &Metadata) -> Self {
        Self { user: metadata.uid(), group: metadata.gid() }
    }
}

/// The extended attribute that holds an access control list on Linux.
const ACL: &CStr = c"system.posix_acl_access";
/// The prefixes of the extended attributes that are copied. Others, such as `security.capability`,
/// belong to the file itself and not to its contents.
const COPIED: [&[u8]; 2] = [b"user.", b"system.nfs4_acl"];

impl Attributes {
    /// Returns the attributes of an open file, given its metadata.
    pub(crate) fn of(file: &File, metadata: Metadata) -> Self {
        Self { metadata, extended: extended(file).unwrap_or_default() }
    }

    /// Sets them on `file`, whose owner and group are `own`: the owner and the group if that is
    /// allowed, then the rest. If the group cannot be set, the file's group gets only the rights
    /// that everybody has.
    ///
    /// Skips what the file system does not support (vfat, CIFS, ...). Returns the first error after
    /// setting the rest.
    pub(crate) fn apply(
        &self,
        file: &File,
        own: Owner,
        modified: Option<SystemTime>,
    ) -> io::Result<()> {
        let wanted = &self.metadata;
        // Most users may not give files away; then the file stays its creator's.
        let (_, group) = self.give_owner(file, own);
        let acl = self.apply_extended(file);
        let mut mode = wanted.mode() & 0o777;
        if !group {
            mode = mode & 0o707 | (mode & 0o7) << 3;
        } else if !acl {
            // With an ACL, the group bits of the mode are the mask of the whole list.
            mode = mode & 0o707 | mode & self.group_bits() << 3;
        }
        let mode = file.set_permissions(Permissions::from_mode(mode));
        let modified = modified.map_or_else(|| wanted.modified(), Ok)?;
        let times = FileTimes::new().set_accessed(wanted.accessed()?).set_modified(modified);
        mode.and(file.set_times(times))
    }

    /// Sets the owner and the group, unless they are those of `own` already. Returns for each
    /// whether the file has it now.
    pub(crate) fn give_owner(&self, file: &File, own: Owner) -> (bool, bool) {
        let wanted = &self.metadata;
        let group = own.group == wanted.gid() || chown(file, None, Some(wanted.gid()));
        let user = own.user == wanted.uid() || chown(file, Some(wanted.uid()), None);
        (user, group)
    }

    /// Sets the extended attributes. Returns whether the file's ACL is right: a copy, or none.
    fn apply_extended(&self, file: &File) -> bool {
        let mut has_acl = self.acl().is_none();
        if has_acl && own_acl(file) {
            // It comes from the directory's default ACL, and could grant rights that the input did
            // not.
            let _ = xattr::remove(file, ACL);
        }
        for (name, value) in &self.extended {
            // An attribute that cannot be set is left out, as `gzip` and `cp` do.
            let copied = xattr::set(file, name, value).is_ok();
            has_acl |= copied && **name == *ACL;
        }
        has_acl
    }

    fn acl(&self) -> Option<&[u8]> {
        self.extended.iter().find(|(name, _)| **name == *ACL).map(|(_, value)| &value[..])
    }

    /// Returns the three bits that the ACL grants to the file's group. The format is the kernel's
    /// (`posix_acl_xattr.h`): a version, then entries of a tag, permissions and an id.
    fn group_bits(&self) -> u32 {
        const GROUP: u16 = 0x04;
        const MASK: u16 = 0x10;
        let entries = self.acl().and_then(|acl| acl.get(4..)).unwrap_or_default();
        let (mut group, mut mask) = (0, 0o7);
        for entry in entries.chunks_exact(8) {
            let (tag, bits) = (
                u16::from_le_bytes([entry[0], entry[1]]),
                u16::from_le_bytes([entry[2], entry[3]]),
            );
            match tag {
                GROUP => group = bits,
                MASK => mask = bits,
                _ => {}
            }
        }
        u32::from(group & mask) & 0o7
    }
}

fn chown(file: &File, user: Option<u32>, group: Option<u32>) -> bool {
    fchown(file, user.map(Uid::from_raw), group.map(Gid::from_raw)).is_ok()
}

fn own_acl(file: &File) -> bool {
    xattr::names(file).is_ok_and(|names| names.iter().any(|name| **name == *ACL))
}

/// Returns the extended attributes to be copied, including the access control list.
fn extended(file: &File) -> io::Result<Vec<(CString, Vec<u8>)>> {
    let mut all = Vec::new();
    for name in xattr::names(file)? {
        let bytes = name.as_bytes();
        if *name != *ACL && !COPIED.iter().any(|prefix| bytes.starts_with(prefix)) {
            continue;
        }
        // Skip an attribute that was removed in the meantime.
        if let Ok(value) = xattr::get(file, &name) {
            all.push((name, value));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(tag: u16, bits: u16) -> [u8; 8] {
        let ([a, b], [c, d]) = (tag.to_le_bytes(), bits.to_le_bytes());
        [a, b, c, d, 0xFF, 0xFF, 0xFF, 0xFF]
    }

    #[test]
    fn without_its_acl_a_file_grants_its_group_no_more_than_before() {
        let file = tempfile::tempfile().unwrap();
        let metadata = file.metadata().unwrap();
        let of = |entries: &[[u8; 8]]| {
            let value = [&[2, 0, 0, 0][..], &entries.concat()].concat();
            Attributes { metadata: metadata.clone(), extended: vec![(ACL.into(), value)] }
        };
        let (user, group, mask, other) =
            (entry(0x02, 0o7), entry(0x04, 0o4), entry(0x10, 0o6), entry(0x20, 0));
        assert_eq!(of(&[user, group, mask, other]).group_bits(), 0o4);
        assert_eq!(of(&[entry(0x04, 0o5), mask]).group_bits(), 0o4);
        assert_eq!(of(&[user, other]).group_bits(), 0);
        assert_eq!(of(&[]).group_bits(), 0);
    }

    #[test]
    fn copies_user_attributes_and_the_mode() {
        let (from, to) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        if xattr::set(&from, c"user.origin", b"here").is_err() {
            eprintln!("skipped: no extended attributes on this file system");
            return;
        }
        from.set_permissions(Permissions::from_mode(0o640)).unwrap();
        Attributes::of(&from, from.metadata().unwrap())
            .apply(&to, Owner::from(&to.metadata().unwrap()), None)
            .unwrap();
        assert_eq!(xattr::get(&to, c"user.origin").as_deref(), Ok(&b"here"[..]));
        assert_eq!(to.metadata().unwrap().mode() & 0o7777, 0o640);
    }
}
