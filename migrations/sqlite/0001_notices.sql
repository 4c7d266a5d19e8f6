CREATE TABLE `notice` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`project` text NOT NULL,
	`body` text NOT NULL,
	`deliveries` text,
	`due` integer,
	`owner` text,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `notice_due` ON `notice` (`due`);--> statement-breakpoint
CREATE INDEX `notice_project` ON `notice` (`project`,`id`);--> statement-breakpoint
CREATE TABLE `noticeRoute` (
	`project` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `key`)
);
--> statement-breakpoint
CREATE TABLE `scheduled` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`id` text NOT NULL,
	`flag` text NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `environment`, `id`)
);
--> statement-breakpoint
CREATE INDEX `scheduled_state` ON `scheduled` (`state`);--> statement-breakpoint
CREATE INDEX `scheduled_project_environment_flag` ON `scheduled` (`project`,`environment`,`flag`);