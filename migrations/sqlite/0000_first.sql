CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`project` text,
	`environment` text,
	`object` text NOT NULL,
	`summary` text NOT NULL,
	`before` text NOT NULL,
	`after` text NOT NULL,
	`reason` text
);
--> statement-breakpoint
CREATE INDEX `audit_project` ON `audit` (`project`,`environment`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_object` ON `audit` (`object`,`seq`);--> statement-breakpoint
CREATE TABLE `batch` (
	`rollout` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`stage` integer NOT NULL,
	`percent` real NOT NULL,
	`stratum` text NOT NULL,
	`n1` integer NOT NULL,
	`e1` integer NOT NULL,
	`n0` integer NOT NULL,
	`e0` integer NOT NULL,
	`w` real NOT NULL,
	`ln_m` real NOT NULL,
	`ln_s` real NOT NULL,
	`state` text,
	`erred` text NOT NULL,
	`seen1` text NOT NULL,
	`seen0` text NOT NULL,
	PRIMARY KEY(`rollout`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `environment` (
	`project` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `key`)
);
--> statement-breakpoint
CREATE TABLE `flag` (
	`project` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `key`)
);
--> statement-breakpoint
CREATE TABLE `lease` (
	`rollout` text PRIMARY KEY NOT NULL,
	`owner` text,
	`until` integer NOT NULL,
	`fence` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `minute` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`series` text NOT NULL,
	`span` integer NOT NULL,
	`minute` integer NOT NULL,
	`subject` text NOT NULL,
	`sums` text NOT NULL,
	`sketch` blob,
	PRIMARY KEY(`project`, `environment`, `series`, `span`, `minute`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `minute_age` ON `minute` (`span`,`minute`);--> statement-breakpoint
CREATE TABLE `part` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`report` integer NOT NULL,
	`rollout` text NOT NULL,
	`received_at` integer NOT NULL,
	`client` integer NOT NULL,
	`instance` text NOT NULL,
	`sequence` integer NOT NULL,
	`app` text NOT NULL,
	`platform` text NOT NULL,
	`folded` integer NOT NULL,
	`payload` text
);
--> statement-breakpoint
CREATE INDEX `part_rollout` ON `part` (`rollout`,`folded`,`id`);--> statement-breakpoint
CREATE INDEX `part_report` ON `part` (`report`);--> statement-breakpoint
CREATE TABLE `plan` (
	`project` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `key`)
);
--> statement-breakpoint
CREATE TABLE `project` (
	`key` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `report` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`instance` text NOT NULL,
	`sequence` integer NOT NULL,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `report_identity` ON `report` (`project`,`environment`,`instance`,`sequence`);--> statement-breakpoint
CREATE INDEX `report_received` ON `report` (`received_at`);--> statement-breakpoint
CREATE TABLE `revision` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`epoch` integer NOT NULL,
	`n` integer NOT NULL,
	`retired` integer NOT NULL,
	PRIMARY KEY(`project`, `environment`)
);
--> statement-breakpoint
CREATE TABLE `rollout` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`id` text NOT NULL,
	`flag` text NOT NULL,
	`rule` text NOT NULL,
	`release` text NOT NULL,
	`state` text NOT NULL,
	`confirmedAt` integer,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `environment`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `rollout_id_unique` ON `rollout` (`id`);--> statement-breakpoint
CREATE INDEX `rollout_state` ON `rollout` (`state`);--> statement-breakpoint
CREATE INDEX `rollout_project_environment_flag` ON `rollout` (`project`,`environment`,`flag`);--> statement-breakpoint
CREATE UNIQUE INDEX `rollout_rule_active` ON `rollout` (`project`,`environment`,`flag`,`rule`) WHERE state in ('pending', 'running', 'holding', 'paused');--> statement-breakpoint
CREATE TABLE `segment` (
	`project` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `key`)
);
--> statement-breakpoint
CREATE TABLE `session` (
	`id` text PRIMARY KEY NOT NULL,
	`user` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `session_user` ON `session` (`user`);--> statement-breakpoint
CREATE TABLE `source` (
	`project` text NOT NULL,
	`key` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `key`)
);
--> statement-breakpoint
CREATE TABLE `state` (
	`project` text NOT NULL,
	`environment` text NOT NULL,
	`flag` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`project`, `environment`, `flag`)
);
--> statement-breakpoint
CREATE INDEX `state_project_flag` ON `state` (`project`,`flag`);--> statement-breakpoint
CREATE TABLE `token` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`project` text,
	`environment` text,
	`kind` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `token_hash_unique` ON `token` (`hash`);--> statement-breakpoint
CREATE INDEX `token_project_environment` ON `token` (`project`,`environment`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_email_unique` ON `user` (`email`);