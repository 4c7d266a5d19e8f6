/**
 * Properties that the SDK's parts for pages have among themselves, shortened where they are bundled: no option, no event, nothing
 * that travels or is stored, and no name that the host or a package has.
 */
export const INTERNAL_NAMES =
  /^(known|hear|ask|wait|met|forget|flush|leave|bytesOf|lacks|more|dueAt|load|save|take|regex|open|attend)$/;
